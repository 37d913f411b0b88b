import { z } from 'zod'
import type { CommandOf } from '../command.ts'
import { reject, type Decider } from '../decider.ts'
import { id, reason, text } from '../types.ts'
import { crewEvents as e, type CrewEvent } from './events.ts'

/** People who work a shift together. Who was in it when is a matter of record, so members come and go. */
const onCrew = { crewId: id }

export const crewCommands = {
  FormCrew: z
    .object({
      type: z.literal('FormCrew'),
      ...onCrew,
      name: text.refine((s) => s.trim().length > 0, 'must not be blank'),
      scopeId: id.nullable().default(null).describe('Area or work centre it usually works in.'),
    })
    .describe('Make a crew, which has no members yet.'),
  AddCrewMember: z
    .object({
      type: z.literal('AddCrewMember'),
      ...onCrew,
      personId: id.describe('Who joins.'),
      role: text.nullable().default(null).describe('What as, e.g. shift lead.'),
    })
    .describe('From then on the person is a member, or one in another role.'),
  RemoveCrewMember: z
    .object({
      type: z.literal('RemoveCrewMember'),
      ...onCrew,
      personId: id.describe('Who leaves.'),
    })
    .describe('From then on the person is a member no more.'),
  DisbandCrew: z
    .object({ type: z.literal('DisbandCrew'), ...onCrew, reason })
    .describe('Give a crew up; nobody is a member any more.'),
}
export type CrewCommand = CommandOf<typeof crewCommands>

interface Membership {
  readonly role: string | null
  /** ISO-8601 UTC. */
  readonly since: string
}
export type Crew =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'active' | 'disbanded'
      readonly name: string
      readonly scopeId: string | null
      readonly members: ReadonlyMap<string, Membership>
    }

export type CrewRefusal = 'CrewUnknown' | 'CrewDiffers' | 'CrewDisbanded' | 'BeforeJoined'

export const crew: Decider<CrewCommand, Crew, CrewEvent, CrewRefusal> = {
  context: 'personnel',
  category: 'crew',
  commands: crewCommands,
  events: e,
  id: (command) => command.crewId,
  initial: { status: 'unknown' },

  decide(command, state, { at }) {
    if (command.type === 'FormCrew') {
      if (state.status === 'unknown') return [e.formed(command)]
      return state.name === command.name && state.scopeId === command.scopeId
        ? []
        : reject('CrewDiffers', `crewId ${command.crewId} is taken by ${state.name}.`)
    }
    if (state.status === 'unknown')
      return reject('CrewUnknown', `crewId ${command.crewId} has not been formed.`)
    if (command.type === 'DisbandCrew')
      return state.status === 'disbanded' ? [] : (tooEarly(state, at) ?? [e.disbanded(command)])
    const member = state.members.get(command.personId)
    const already =
      command.type === 'AddCrewMember' ? member && member.role === command.role : !member
    if (already) return []
    if (state.status === 'disbanded')
      return reject('CrewDisbanded', `crewId ${command.crewId} has been disbanded.`)
    if (member && at < member.since) return beforeJoined(at, command.personId, member)
    return command.type === 'AddCrewMember' ? [e.memberAdded(command)] : [e.memberRemoved(command)]
  },

  evolve(state, event, at) {
    if (event.type === 'CrewFormed') {
      const { name, scopeId } = event.data
      return { status: 'active', name, scopeId, members: new Map() }
    }
    if (state.status === 'unknown') return state
    switch (event.type) {
      case 'CrewMemberAdded': {
        const { personId, role } = event.data
        return { ...state, members: new Map(state.members).set(personId, { role, since: at }) }
      }
      case 'CrewMemberRemoved':
        return { ...state, members: without(state.members, event.data.personId) }
      case 'CrewDisbanded':
        return { ...state, status: 'disbanded', members: new Map() }
    }
  },
}

const without = (members: ReadonlyMap<string, Membership>, personId: string) =>
  new Map([...members].filter(([id]) => id !== personId))

const tooEarly = (
  { members }: { readonly members: ReadonlyMap<string, Membership> },
  at: string,
) => {
  const late = [...members].find(([, { since }]) => at < since)
  return late ? beforeJoined(at, ...late) : null
}
const beforeJoined = (at: string, personId: string, { since }: Membership) =>
  reject('BeforeJoined', `occurredAt ${at} is before ${since}, when ${personId} joined.`)
