import fc from 'fast-check'
import { Counter, Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createSeries, observe } from '../../../src/adapters/prometheus/series.ts'

const BOUNDS = [0.01, 0.1, 1]
const value = fc.constantFrom('ok', 'conflict', '', 'a "quoted" \\ one', 'two\nlines', '{}')
const labels = fc.record({ command: value, outcome: value })
const seen = fc.array(fc.tuple(labels, fc.constantFrom(0, 0.01, 0.05, 0.1, 0.7, 1, 30)), {
  maxLength: 40,
})
const about = { help: 'What was seen', labels: ['command', 'outcome'] }
const common = { name: 'seen', help: about.help, labelNames: about.labels }
const lines = (text: string): string[] => text.trim().split('\n').toSorted()

test('counters and histograms read as those of the usual client library', async () => {
  await fc.assert(
    fc.asyncProperty(seen, async (all) => {
      const registers = [new Registry()]
      const counter = new Counter({ ...common, registers })
      const counted = createSeries('seen', about, null)
      for (const [of, by] of all) {
        counter.inc(of, by)
        counted.cell(of).count += by
      }
      expect(lines(counted.text())).toEqual(lines(await registers[0]!.metrics()))

      const others = [new Registry()]
      const histogram = new Histogram({ ...common, buckets: BOUNDS, registers: others })
      const measured = createSeries('seen', about, BOUNDS)
      for (const [of, one] of all) {
        histogram.observe(of, one)
        observe(measured.cell(of), BOUNDS, one)
      }
      expect(lines(measured.text())).toEqual(lines(await others[0]!.metrics()))
    }),
  )
})

test('without labels there is one series from the start', () => {
  expect(createSeries('seen', { help: 'All' }, null).text()).toBe(
    '# HELP seen All\n# TYPE seen counter\nseen 0\n',
  )
})
