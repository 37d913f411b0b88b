import type { GraphqlClient } from './graphql-client.ts'
import { SITE } from './layout.ts'

/** Who signs orders off: an inspector reviews, the shift lead approves. Secrets of a plant of play. */
const SIGNERS = [
  { personId: 'P-151', meaning: 'REVIEW', secret: 'demo secret of P-151' },
  { personId: 'P-150', meaning: 'APPROVAL', secret: 'demo secret of P-150' },
] as const

const RULE = `mutation ($site: ID!) {
  requireSignatures(commandId: "demo-signatures", site: $site, input: {
    kind: "order", reason: "Work instruction 3"
    requirements: [{ meaning: REVIEW }, { meaning: APPROVAL }]
  }) { __typename }
}`
const SET = `mutation ($site: ID!, $input: SetSigningSecretInput!) {
  setSigningSecret(site: $site, input: $input) { __typename }
}`
const CHANGE = `mutation ($site: ID!, $input: ChangeSigningSecretInput!) {
  changeSigningSecret(site: $site, input: $input) { __typename }
}`
const SIGN = `mutation ($site: ID!, $commandId: ID!, $input: SignRecordInput!) {
  signRecord(commandId: $commandId, site: $site, input: $input) { __typename }
}`
const COMPLETED = `query {
  orders(first: 2, orderBy: { field: endedAt, direction: ASC }, where: { status: [COMPLETED] }) {
    nodes { orderId signatureStatus { revision } }
  }
}`

/** Makes the rule known, and gives the signers secrets that they change at once. */
export async function enrolSigners({ ask }: GraphqlClient): Promise<void> {
  await ask(RULE, { site: SITE })
  for (const { personId, secret } of SIGNERS) {
    const handedOver = `first ${secret}`
    await ask(SET, { site: SITE, input: { personId, secret: handedOver } })
    await ask(CHANGE, { site: SITE, input: { personId, secret: handedOver, newSecret: secret } })
  }
}

/** The first order that was completed is signed by both, the second waits for its approval. */
export async function signOff({ ask }: GraphqlClient): Promise<void> {
  const { orders } = await ask(COMPLETED)
  const completed: readonly any[] = orders?.nodes ?? []
  const wishes = completed.flatMap((order, i) =>
    SIGNERS.slice(0, SIGNERS.length - i).map((signer) => ({ order, signer })),
  )
  await Promise.all(
    wishes.map(({ order: { orderId, signatureStatus }, signer: { personId, meaning, secret } }) => {
      const signatureId = `${orderId}-${meaning}`
      const record = { kind: 'order', recordId: orderId, revision: signatureStatus.revision }
      const input = { ...record, signatureId, meaning, personId, secret }
      return ask(SIGN, { site: SITE, commandId: `sign-${signatureId}`, input })
    }),
  )
}
