import { z } from 'zod'
import type { PersonName } from '../commands/person-names.ts'
import { isRejection, type Rejection } from '../domain/decider.ts'
import { id } from '../domain/types.ts'
import { heldQualifications } from '../projections/personnel/held-qualifications.ts'
import { persons, type PersonRow } from '../projections/personnel/persons.ts'
import type { Keyed } from '../projections/projection.ts'
import { childrenOf, ownChildren } from './as-of.ts'
import { builder, listed } from './builder.ts'
import { changesField } from './changes.ts'
import { Denied, InvalidInput, Rejected, refusalType, siteMissing, siteOf } from './commands.ts'
import { connectionField } from './connection.ts'
import { inputObject } from './inputs.ts'
import { lookupField } from './lookup.ts'
import { nameOf } from './person-field.ts'
import { HeldQualificationRef } from './qualifications.ts'

const PersonStatus = builder.enumType('PersonStatus', {
  description: 'Whether a person works here.',
  values: {
    ACTIVE: { description: 'Works here.' },
    RETIRED: { description: 'Has left; what was done stays.' },
    FORGOTTEN: { description: 'Name and contact were erased for good.' },
  },
})

const ofPerson = ownChildren('person', 'personId', 'qualificationId')

export const PersonRef = builder.objectRef<Keyed<PersonRow>>('Person').implement({
  description: 'Somebody who works here. Who it is, is kept outside the log and can be forgotten.',
  fields: (t) => ({
    personId: t.exposeID('key', { description: 'Id of the person.' }),
    site: t.exposeID('site', { description: 'ISA-95 site the person belongs to.' }),
    name: t.string({
      nullable: true,
      description: 'Name as it is now; "former employee" where it was forgotten.',
      resolve: ({ key }, _, context) => nameOf(key, context),
    }),
    badge: t.string({
      nullable: true,
      description: 'Number of the badge.',
      resolve: async ({ key }, _, { people }) => (await people.load(key))?.badge ?? null,
    }),
    email: t.string({
      nullable: true,
      description: 'E-mail address.',
      resolve: async ({ key }, _, { people }) => (await people.load(key))?.email ?? null,
    }),
    employer: t.exposeString('employer', {
      nullable: true,
      description: 'Company that employs the person, if another.',
    }),
    classes: t.expose('classes', { type: ['ID'], description: 'ISA-95 personnel classes.' }),
    status: t.expose('status', { type: PersonStatus, description: 'Whether the person is here.' }),
    registeredAt: t.expose('registeredAt', { type: 'DateTime', description: 'Since when.' }),
    retiredAt: t.expose('retiredAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'When the person left.',
    }),
    forgottenAt: t.expose('forgottenAt', {
      ...{ type: 'DateTime', nullable: true },
      description: 'When name and contact were erased.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why the person left, came back or was forgotten, whatever was last.',
    }),
    qualifications: t.field({
      type: [HeldQualificationRef],
      description: 'What the person holds or held.',
      resolve: (row, _, context) =>
        listed(childrenOf(row, heldQualifications, ofPerson(row.key), context)),
    }),
  }),
})

const found =
  (what: 'contains' | 'badge') =>
  async (value: string, { people }: { people: { search(w: any): Promise<unknown> } }) =>
    people.search({ [what]: value })

connectionField('persons', {
  projection: persons,
  node: PersonRef,
  description: 'People, by id.',
  filters: {
    personIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    nameContains: {
      ...{ column: 'key', op: 'in', type: 'String', compareWith: found('contains') },
      description: 'Has these letters in the name.',
    },
    badge: {
      ...{ column: 'key', op: 'in', type: 'String', compareWith: found('badge') },
      description: 'Has this badge.',
    },
    status: { column: 'status', op: 'in', type: [PersonStatus], description: 'In one of these.' },
    class: { column: 'classes', op: 'contains', type: 'ID', description: 'Of this class.' },
    employer: { column: 'employer', op: '=', type: 'String', description: 'Employed by it.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'Of this site.' },
  },
  orderable: ['key', 'registeredAt'],
  defaultOrder: { column: 'key', direction: 'asc' },
})

lookupField('person', {
  projection: persons,
  node: PersonRef,
  description: 'One person, now, at a moment, or as the log knew; the name is always that of now.',
  by: { personId: 'Id of the person.' },
  streams: ({ personId }) => [`person-${personId}`],
})

changesField('personChanged', {
  projection: persons,
  node: PersonRef,
  description: 'People as they are registered, changed, retired and forgotten.',
  only: { arg: 'personIds', description: 'These persons.' },
})

/** Nobody's name is longer, and a pasted document is no name. */
const MAX_NAME = 200
const contact = z.string().max(MAX_NAME)
const naming = z.object({
  personId: id,
  name: contact
    .refine((s) => s.trim().length > 0, 'must not be blank')
    .describe('Name as colleagues know it.'),
  badge: contact.nullable().default(null).describe('Number of the badge; kept with the name.'),
  email: contact.nullable().default(null).describe('E-mail address; kept with the name.'),
})
const input = inputObject('SetPersonNameInput', naming.shape, 'Who a person is.')

const PersonNamedRef = builder.objectRef<PersonName>('PersonNamed').implement({
  description: 'The name is set. No fact was recorded.',
  fields: (t) => ({
    personId: t.exposeID('personId', { description: 'Whose name it is.' }),
    name: t.exposeString('name', { description: 'As it is now.' }),
  }),
})

const SetPersonNameResult = builder.unionType('SetPersonNameResult', {
  description: 'What became of setting a name.',
  types: [PersonNamedRef, Rejected, InvalidInput, Denied],
  resolveType: (value) => (isRejection(value) ? refusalType(value) : 'PersonNamed'),
})

builder.mutationField('setPersonName', (t) =>
  t.field({
    type: SetPersonNameResult,
    description:
      'Set or replace name, badge and e-mail of a registered person. They are kept outside the log, ' +
      'and nothing of this call is recorded. Takes the scope command:personnel.SetPersonName.',
    args: {
      site: t.arg.id({
        description: 'Site of the person; the only one of the principal by default.',
      }),
      input: t.arg({ type: input.type, required: true, description: 'Who it is.' }),
    },
    resolve: async (_, args, context): Promise<PersonName | Rejection> => {
      const site = siteOf(args.site, context)
      if (site === undefined) return siteMissing
      const access = { kind: 'command', context: 'personnel', type: 'SetPersonName', site } as const
      const denied = await context.access.check(access)
      if (denied) return denied
      const parsed = naming.safeParse(input.convert(args.input))
      if (!parsed.success)
        return {
          rejected: 'InvalidInput',
          why: parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}.`).join(' '),
        }
      const name = { ...parsed.data, site }
      return (await context.setPersonName(name)) ?? name
    },
  }),
)
