import type { Principal } from '../../src/api/authorise.ts'
import type { analysedPlant } from './analysis-plant.ts'

type Plant = Pick<Awaited<ReturnType<typeof analysedPlant>>, 'ask'>
type Assumption = { readonly type: string; readonly occurredAt?: string; readonly input: object }
const FIELDS = `__typename ... on Scenario { scenarioId position kept assumptions { type input } }
  ... on Rejected { code message } ... on InvalidInput { code message } ... on Denied { code }`
export const createScenario =
  (plant: Plant) =>
  async (
    scenarioId: string,
    assumptions: readonly Assumption[],
    { at, as }: { readonly at?: number; readonly as?: Principal } = {},
  ) => {
    const list = assumptions.map(
      ({ type, occurredAt, input }) =>
        `{ type: "${type}" ${occurredAt ? `occurredAt: "${occurredAt}"` : ''}
         input: ${JSON.stringify(JSON.stringify(input))} }`,
    )
    const { createScenario } = await plant.ask(
      `mutation { createScenario(scenarioId: "${scenarioId}", site: "S1", name: "what if"
       ${at === undefined ? '' : `at: ${at}`} assumptions: [${list.join(' ')}]) { ${FIELDS} } }`,
      as,
    )
    return createScenario
  }
