import type { GraphqlClient } from './graphql-client.ts'
import { SITE } from './layout.ts'

const DRILL = `mutation ($site: ID!) {
  requestRecallDrill(commandId: "demo-drill", site: $site, input: {
    drillId: "DEMO-DRILL", sampleSize: 3
  }) { __typename }
}`

/** Practises a recall of three lots; Taktlog does it by itself meanwhile. */
export async function practiseRecall({ ask }: GraphqlClient): Promise<void> {
  await ask(DRILL, { site: SITE })
}
