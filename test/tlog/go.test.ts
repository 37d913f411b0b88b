import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { consistencyProof, inclusionProof, treeRoot } from '../../src/commands/tlog/proofs.ts'
import { logWithTree, type LogWithTree } from './log.ts'

/** Where Debian's golang-golang-x-mod-dev puts its sources. */
const GOPATH = '/usr/share/gocode'
/** On a machine that never compiled Go's library of cryptography before, that is done first. */
const COMPILING_MS = 300_000
const there =
  existsSync(join(GOPATH, 'src/golang.org/x/mod/sumdb/tlog')) &&
  spawnSync('go', ['version']).status === 0
if (!there)
  console.warn('skipped: no independent verifier (Debian: golang-go, golang-golang-x-mod-dev)')

let plant: LogWithTree
const folder = mkdtempSync(join(tmpdir(), 'taktlog-tiles-'))
beforeAll(async () => {
  plant = await logWithTree()
})
afterAll(async () => {
  await plant.end()
  rmSync(folder, { recursive: true })
})

test.skipIf(!there)(
  'Go agrees with notes, tiles and proofs',
  async () => {
    const sizes: number[] = []
    for (const events of [1, 254, 1, 300, 444]) {
      await plant.append(events)
      sizes.push((await plant.notarise({ folder })).size)
    }
    const size = sizes.at(-1)!
    const { tiles } = plant.tree
    const base64 = async (of: number) => (await treeRoot(of, tiles)).toString('base64')
    const text = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'))
    const root = await base64(size)
    const inclusions = [0, 1, 255, 256, 511, 555, 900, size - 1].map(async (index) => ({
      ...{ index, size, root },
      entry: (await plant.tree.entries(index, 1))[0]!,
      hashes: text(await inclusionProof(index, size, tiles)),
    }))
    const consistencies = sizes.map(async (from) => ({
      ...{ from, to: size, toRoot: root, fromRoot: await base64(from) },
      hashes: text(await consistencyProof(from, size, tiles)),
    }))
    const input = JSON.stringify({
      ...{ folder, verifier: plant.signer.text },
      inclusions: await Promise.all(inclusions),
      consistencies: await Promise.all(consistencies),
    })
    const go = spawnSync('go', ['run', join(import.meta.dirname, 'go/main.go')], {
      input,
      encoding: 'utf8',
      env: { ...process.env, GOPATH, GO111MODULE: 'off', GOFLAGS: '' },
    })
    expect(go.stderr).toBe('')
    expect(go.stdout).toBe('8 inclusions and 5 consistencies agree\n')
  },
  COMPILING_MS,
)
