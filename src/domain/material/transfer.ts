import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider, type Rejection } from '../decider.ts'
import type { Recorded } from '../event.ts'
import { id, text } from '../types.ts'
import { bookedUnder } from './booked.ts'
import { arrival, lotEvents as e, type LotEvent } from './events.ts'
import { bookings, evolveLot, NO_LOT, type Lot } from './lot-state.ts'
import { misfit } from './lot.ts'

/**
 * The second half of a split or merge, in the same streams as `lot`. Only the policy below sends
 * these commands: a person who could return a transfer that did arrive would double its quantity.
 * What cannot arrive is declined by a fact of the target, not by a refusal. A policy that repeats
 * itself after a crash has its refusals decided anew, and a target that can take the quantity by then
 * would hold what the source has back already.
 */
const transferCommands = {
  AcceptTransfer: arrival.extend({ type: z.literal('AcceptTransfer') }),
  ReturnTransfer: z.object({
    type: z.literal('ReturnTransfer'),
    lotId: id,
    transferId: id,
    why: text,
  }),
}
type TransferCommand = CommandOf<typeof transferCommands>
type TransferRefusal = 'TransferUnknown'

export const transfer: Decider<TransferCommand, Lot, LotEvent, TransferRefusal> = {
  context: 'material',
  category: 'lot',
  commands: transferCommands,
  events: e,
  id: (command) => command.lotId,
  initial: NO_LOT,
  decide: (command, state) =>
    command.type === 'AcceptTransfer' ? accept(command, state) : giveBack(command, state),
  evolve: evolveLot,
}

type Of<T extends TransferCommand['type']> = Extract<TransferCommand, { type: T }>

function accept(command: Of<'AcceptTransfer'>, state: Lot): readonly LotEvent[] {
  if (bookedUnder(state.booked, bookings.transferIn(command)) !== undefined) return []
  const why =
    state.status !== 'unknown'
      ? misfit(command, state)?.why
      : command.kind === 'MERGE'
        ? `lot ${command.lotId} was never received or produced.`
        : undefined
  return why === undefined
    ? [e.transferReceived(command)]
    : [e.transferDeclined({ ...command, why })]
}

function giveBack(
  command: Of<'ReturnTransfer'>,
  state: Lot,
): readonly LotEvent[] | Rejection<TransferRefusal> {
  if (bookedUnder(state.booked, bookings.transferBack(command)) !== undefined) return []
  const left = state.status === 'unknown' ? undefined : state.leaving.get(command.transferId)
  if (state.status === 'unknown' || !left)
    return reject(
      'TransferUnknown',
      `transferId ${command.transferId} never left ${command.lotId}.`,
    )
  const { materialId, unit } = state
  return [e.transferReturned({ ...command, ...left, materialId, unit })]
}

type Leaving = Extract<LotEvent, { type: 'LotSplit' | 'LotMerged' }>
type Declined = Extract<LotEvent, { type: 'LotTransferDeclined' }>

const back = (lotId: string, transferId: string, why: string) => ({
  decider: transfer,
  command: { type: 'ReturnTransfer' as const, lotId, transferId, why },
})

/** A policy of `commands/policy.ts`; the checkpoint has its name. */
export const transferPolicy = {
  name: 'lot-transfer',
  describe:
    'When a lot was split or merged, then credit the target lot; when that declines, then return the quantity.',
  types: ['LotSplit', 'LotMerged', 'LotTransferDeclined'],
  react(fact: Recorded<Leaving> | Recorded<Declined>) {
    if (fact.type === 'LotTransferDeclined')
      return [back(fact.data.fromLotId, fact.data.transferId, fact.data.why)]
    const { lotId: fromLotId, intoLotId: lotId, ...data } = fact.data
    const kind = fact.type === 'LotSplit' ? ('SPLIT' as const) : ('MERGE' as const)
    const command = { ...data, type: 'AcceptTransfer' as const, lotId, fromLotId, kind }
    // A refusal of the kernel itself, such as a lot of another site, is one for ever.
    const otherwise = ({ why }: Rejection) => back(fromLotId, data.transferId, why)
    return [{ decider: transfer, command, otherwise }]
  },
}
