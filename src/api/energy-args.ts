import { Medium } from './energy.ts'
import { AsKnownAt } from './lookup.ts'

/** A window, and how new the answer has to be. */
export const spanArgs = (t: any) => ({
  from: t.arg({ type: 'DateTime', required: true, description: 'From this moment on.' }),
  to: t.arg({ type: 'DateTime', required: true, description: 'Until before this moment.' }),
  asKnownAt: t.arg({ type: AsKnownAt, description: 'As the log knew it at that time.' }),
  atLeast: t.arg({
    type: 'Position',
    description: 'Position of an Ack the answer has to include; waits a few seconds for it.',
  }),
})

/** Arguments of every field that answers about meters in a window. */
export const windowArgs = (t: any) => ({
  ...spanArgs(t),
  timeZone: t.arg.string({
    description: 'IANA zone in which days and months begin; that of the site by default.',
  }),
})

export const meterArgs = (t: any) => ({
  meterIds: t.arg({ type: ['ID'], description: 'These meters, virtual ones too, each counted.' }),
  scopeId: t.arg.id({
    description: 'Or a node of the plant hierarchy: its topmost meters, so nothing counts twice.',
  }),
  medium: t.arg({ type: Medium, description: 'Of a scope: which; ELECTRICITY by default.' }),
  ...windowArgs(t),
})
