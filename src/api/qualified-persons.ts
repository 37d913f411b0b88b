import {
  clearanceOf,
  required,
  requiredAt,
  type Clearance,
  type Required,
} from '../domain/personnel/events.ts'
import type { HoldingChange, KnownPerson } from '../domain/personnel/person-state.ts'
import { qualificationRules } from '../projections/personnel/qualification-rules.ts'
import { orders } from '../projections/production/orders.ts'
import { hierarchy } from '../projections/site/hierarchy.ts'
import { builder } from './builder.ts'
import { LackRef, ProofRef, RequiredRef } from './clearances.ts'
import { siteOf } from './commands.ts'
import { pageSize } from './connection.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'
import { inputObject } from './inputs.ts'
import { onShift } from './on-shift.ts'
import { personField } from './person-field.ts'

/** Who may run what: the decision about a start, asked beforehand about everybody. */
interface Question {
  readonly at: string
  readonly site: string
  readonly asked: readonly Required[]
}
interface Qualified extends Clearance {
  readonly personId: string
}
interface Answer extends Question {
  readonly persons: readonly Qualified[]
}

/** People looked at for one answer: more than any site has. */
const MAX_PERSONS = 20_000

interface Args {
  readonly orderId?: string | null | undefined
  readonly operationId?: string | null | undefined
  readonly equipmentId?: string | null | undefined
  readonly workCentreId?: string | null | undefined
  readonly qualifications?: readonly unknown[] | null | undefined
  readonly site?: string | null | undefined
  readonly at?: string | null | undefined
}

/** What the work asks for, put together as the decision about a start does. */
async function questionOf(args: Args, context: Context): Promise<Question> {
  const { reads, clock } = context
  const order = args.orderId == null ? null : await reads.load(orders, args.orderId)
  const operation = order?.operations.find((o) => o.operationId === args.operationId)
  if (args.orderId != null && !operation)
    throw apiError('InvalidInput', `orderId ${args.orderId} has no operation ${args.operationId}.`)
  const equipment =
    args.equipmentId != null && !operation ? await reads.load(hierarchy, args.equipmentId) : null
  const site = order?.site ?? siteOf(args.site ?? equipment?.site, context)
  if (site === undefined) throw apiError('InvalidInput', 'site is missing: say which.')
  const places = [
    operation?.workCentreId ?? args.workCentreId ?? equipment?.parentId ?? null,
    args.equipmentId ?? null,
  ].filter((place) => place !== null)
  const rules = await reads.load(qualificationRules, site)
  const byScope = new Map(rules?.requirements.map((r) => [r.scopeId, r.qualifications]))
  const named = (args.qualifications ?? []).map((q) => required.parse(RequiredInput.convert(q)))
  const ofWork = [...(operation?.qualifications ?? []), ...named]
  return { at: args.at ?? clock.now(), site, asked: requiredAt({ byScope }, places, ofWork) }
}

interface Candidate {
  readonly personId: string
  readonly retiredAt: string | null
  readonly holdings: readonly { readonly id: string; readonly changes: HoldingChange[] }[]
}

async function candidates({ at, site, asked }: Question, { reads }: Context) {
  const rows = await reads.query<Candidate>('personnel', (sites) => ({
    text: `select p.key "personId", p."retiredAt",
             coalesce(json_agg(json_build_object('id', h."qualificationId", 'changes', h.changes))
               filter (where h.key is not null), '[]') holdings
           from read.persons p left join read.held_qualifications h
             on h."personId" = p.key and h."qualificationId" = any($3)
           where ($1::text[] is null or p.site = any($1)) and p.site = $2
             and p."registeredAt" <= $4 and (p."retiredAt" is null or p."retiredAt" > $4)
           group by p.key, p."retiredAt" order by p.key collate "C" limit ${MAX_PERSONS}`,
    values: [sites, site, asked.map((one) => one.qualificationId), at],
  }))
  return rows
}

function judged({ personId, holdings }: Candidate, { at, asked }: Question): Qualified {
  const profile = { employer: null, classes: [] }
  const person: KnownPerson = {
    status: 'active',
    ...profile,
    registered: profile,
    goneAt: null,
    holdings: new Map(holdings.map(({ id, changes }) => [id, changes])),
  }
  const nothingAsked = { qualified: true, proof: [], missing: [] }
  return { personId, ...(clearanceOf(person, asked, at) ?? nothingAsked) }
}

const RequiredInput = inputObject(
  'RequiredQualificationInput',
  required.shape,
  'A qualification that somebody has to hold.',
)

const QualifiedRef = builder.objectRef<Qualified>('QualifiedPerson').implement({
  description: 'Somebody, and whether he or she may do some work.',
  fields: (t) => ({
    personId: t.exposeID('personId', { description: 'Who.' }),
    person: personField(t, 'Who, by name.'),
    qualified: t.exposeBoolean('qualified', { description: 'Holds everything that is asked for.' }),
    proof: t.field({ type: [ProofRef], description: 'What is held.', resolve: (r) => r.proof }),
    missing: t.field({ type: [LackRef], description: 'What is not.', resolve: (r) => r.missing }),
  }),
})

const AnswerRef = builder.objectRef<Answer>('QualifiedPersons').implement({
  description: 'Who may do some work at a moment.',
  fields: (t) => ({
    at: t.expose('at', { type: 'DateTime', description: 'The moment.' }),
    site: t.exposeID('site', { description: 'The site whose rules and people these are.' }),
    required: t.field({
      type: [RequiredRef],
      description: 'What is asked for; nothing means that everybody may.',
      resolve: ({ asked }) => [...asked],
    }),
    persons: t.field({
      type: [QualifiedRef],
      description: 'Registered people who work here at the moment, by id.',
      resolve: ({ persons }) => [...persons],
    }),
  }),
})

builder.queryField('qualifiedPersons', (t) =>
  t.field({
    type: AnswerRef,
    nullable: true,
    description:
      'Who may run what at a moment: an operation of an order, work at an equipment or work centre, or ' +
      'whatever asks for the named qualifications. Rules and routing are those of now.',
    args: {
      orderId: t.arg.id({ description: 'Order of the operation.' }),
      operationId: t.arg.id({ description: 'Operation of that order.' }),
      equipmentId: t.arg.id({ description: 'Equipment; its work centre counts too.' }),
      workCentreId: t.arg.id({ description: 'Work centre.' }),
      qualifications: t.arg({ type: [RequiredInput.type], description: 'These as well.' }),
      site: t.arg.id({ description: 'Site; that of the order or equipment by default.' }),
      at: t.arg({ type: 'DateTime', description: 'Now by default.' }),
      unqualified: t.arg.boolean({ description: 'True: also who lacks something, and what.' }),
      present: t.arg.boolean({ description: 'True: only who has clocked in at the moment.' }),
      first: t.arg.int({ description: 'People of the answer: 50 by default, up to 500.' }),
      after: t.arg.id({ description: 'Person after whom the answer begins.' }),
    },
    complexity: ({ first }) => ({ field: 20, multiplier: pageSize(first) }),
    resolve: async (_, { unqualified, present, first, after, ...args }, context) => {
      const question = await questionOf(args, context)
      const size = pageSize(first)
      const here = present === true ? await presentAt(question, context) : null
      const persons = (await candidates(question, context))
        .filter((c) => (after == null || c.personId > after) && (here?.has(c.personId) ?? true))
        .map((candidate) => judged(candidate, question))
        .filter((person) => unqualified === true || person.qualified)
      return { ...question, persons: persons.slice(0, size) }
    },
  }),
)

async function presentAt({ at, site }: Question, context: Context): Promise<ReadonlySet<string>> {
  const there = await onShift({ at, site, scopeId: null }, context)
  return new Set(there.filter((p) => p.presentSince !== null).map((p) => p.personId))
}
