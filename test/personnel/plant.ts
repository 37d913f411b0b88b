import type { Principal } from '../../src/api/authorise.ts'
import { systemPrincipal } from '../../src/api/authorise.ts'
import { isRejection } from '../../src/domain/decider.ts'
import { deciders } from '../../src/domain/index.ts'
import { projections } from '../../src/projections/index.ts'
import { after } from '../spec.ts'
import { plantWithApi } from '../support/api.ts'

export const NAME = 'Ada Quillfeather'
const SHOWN =
  '__typename ... on PersonNamed { name } ... on Rejected { code } ... on Denied { code }'
export const weld = { qualificationId: 'WELD' }

export const only = (scopes: string[], sites: string[] | null = null): Principal => ({
  ...{ actor: 'x', scopes: new Set(scopes), sites },
})

/** Welders P1 to P3 of site S1, of whom P1 and P2 are qualified, X1 of S2, and an order that asks. */
export async function plantWithPeople() {
  const plant = await plantWithApi(projections)
  let n = 0
  const wish = async (type: string, command: object, minute = 0, site = 'S1'): Promise<void> => {
    const decider = deciders.find((d) => type in d.commands)!
    const envelope = { commandId: `c${n++}`, actor: 'spec', site, source: 'spec' }
    const outcome = await plant.execute(
      decider,
      { ...command, type },
      { ...envelope, occurredAt: after(minute) },
    )
    if (isRejection(outcome)) throw new Error(`${type}: ${outcome.why}`)
  }
  const ask = async (query: string, who: Principal = systemPrincipal): Promise<any> => {
    await plant.settled()
    return plant.ask(query, who)
  }
  const setName = async (personId: string, name: string, who?: Principal, site = 'S1') =>
    (
      await ask(
        `mutation { setPersonName(site: "${site}", input: {
           personId: "${personId}", name: "${name}", badge: "B-${personId}" }) { ${SHOWN} } }`,
        who,
      )
    ).setPersonName
  await wish('DefineQualification', { ...weld, name: 'Welding', personnelClassId: 'WELDERS' })
  for (const personId of ['P1', 'P2', 'P3'])
    await wish('RegisterPerson', { personId, classes: ['WELDERS'] })
  await wish('RegisterPerson', { personId: 'X1' }, 0, 'S2')
  for (const [personId, expires] of [
    ['P1', 600],
    ['P2', 300],
  ] as const)
    await wish('GrantQualification', {
      ...{ personId, ...weld, grantId: `g-${personId}`, expiresAt: after(expires) },
      evidence: 'C-1',
    })
  await wish('RequireQualifications', { scopeId: 'CELLS', qualifications: [weld], reason: 'law' })
  await wish('ReleaseOrder', {
    ...{ orderId: 'PO', materialId: 'frame', quantity: 1, unit: 'C62' },
    operations: [
      { operationId: '20', sequence: 1, name: 'Weld', workCentreId: 'CELLS' },
      {
        ...{ operationId: '30', sequence: 2, name: 'Check', workCentreId: 'QA' },
        qualifications: [{ ...weld, minVersion: 2 }],
      },
    ],
  })
  await setName('P1', NAME)
  await setName('P2', 'Bo Underwood')
  await setName('X1', 'Xena Far', undefined, 'S2')
  return { ...plant, wish, ask, setName }
}
