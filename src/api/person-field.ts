import { persons } from '../projections/personnel/persons.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'

/** How somebody is shown whose name was erased. */
const FORGOTTEN = 'former employee'

interface Somebody {
  readonly personId: string
}

/** The name of a person; it needs the scope `read:personnel` wherever it is asked for. */
export async function nameOf(personId: string, context: Context): Promise<string | null> {
  const [row, known] = await Promise.all([
    context.reads.load(persons, personId),
    context.people.load(personId),
  ])
  return row?.status === 'FORGOTTEN' ? FORGOTTEN : (known?.name ?? null)
}

const SomebodyRef = builder.objectRef<Somebody>('Somebody').implement({
  description: 'A person as other things refer to one.',
  fields: (t) => ({
    personId: t.exposeID('personId', { description: 'Id of the person.' }),
    name: t.string({
      nullable: true,
      description:
        'Name; "former employee" where it was forgotten, null where none was set. Takes the scope ' +
        'read:personnel.',
      resolve: ({ personId }, _, context) => nameOf(personId, context),
    }),
  }),
})

/** A field that shows who a `personId` is; null where there is none. */
export const personField = (
  t: any,
  description: string,
  idOf: (row: any) => string | null = (row) => row.personId,
) =>
  t.field({
    type: SomebodyRef,
    nullable: true,
    description,
    complexity: 0,
    resolve: (row: unknown): Somebody | null => {
      const personId = idOf(row)
      return personId === null ? null : { personId }
    },
  })
