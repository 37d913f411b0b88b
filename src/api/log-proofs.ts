import { parseCheckpoint } from '../commands/tlog/checkpoint.ts'
import { leafHash } from '../commands/tlog/hash.ts'
import type { SignedCheckpoint, TransparencyLog } from '../commands/tlog/port.ts'
import { consistencyProof, inclusionProof, treeRoot } from '../commands/tlog/proofs.ts'
import { builder } from './builder.ts'
import type { Context } from './context.ts'
import { apiError } from './errors.ts'

const base64 = (hash: Buffer): string => hash.toString('base64')

const Checkpoint = builder.objectRef<SignedCheckpoint>('LogCheckpoint').implement({
  description: 'What the log claims about itself: its first `size` events have this Merkle root.',
  fields: (t) => ({
    size: t.expose('size', { type: 'Long', description: 'Events of the log that it covers.' }),
    root: t.string({
      description: 'Merkle tree hash of RFC 6962 (SHA-256), in base64.',
      resolve: ({ note }) => base64(parseCheckpoint(note).root),
    }),
    note: t.exposeString('note', { description: 'Signed note, C2SP tlog-checkpoint.' }),
    verifier: t.exposeString('verifier', {
      description: 'Public key that verifies the note: name, id and Ed25519 key. Keep it outside.',
    }),
    signedAt: t.expose('signedAt', { type: 'DateTime', description: 'When it was signed.' }),
  }),
})

interface Inclusion {
  readonly position: number
  readonly leaf: number
  readonly size: number
  readonly entry: string
  readonly hashes: readonly Buffer[]
  readonly root: Buffer
}

const InclusionRef = builder.objectRef<Inclusion>('InclusionProof').implement({
  description: 'Shows that an event is among the first `treeSize` of the log (RFC 6962, 2.1.1).',
  fields: (t) => ({
    position: t.expose('position', { type: 'Position', description: 'Of the event.' }),
    leafIndex: t.field({
      type: 'Long',
      description: 'Its leaf: how many events stand before it in the log.',
      resolve: ({ leaf }) => leaf,
    }),
    treeSize: t.expose('size', { type: 'Long', description: 'Tree that the proof is for.' }),
    entry: t.exposeString('entry', {
      description: 'Canonical bytes of the event; data and metadata stand in it as SHA-256.',
    }),
    leafHash: t.string({
      description: 'SHA-256(0x00 || entry), in base64.',
      resolve: ({ entry }) => base64(leafHash(entry)),
    }),
    hashes: t.stringList({
      description: 'From the leaf up, in base64.',
      resolve: ({ hashes }) => hashes.map(base64),
    }),
    root: t.string({
      description: 'Root of that tree, in base64; compare it with a checkpoint.',
      resolve: ({ root }) => base64(root),
    }),
  }),
})

interface Consistency {
  readonly from: number
  readonly to: number
  readonly hashes: readonly Buffer[]
}

const ConsistencyRef = builder.objectRef<Consistency>('ConsistencyProof').implement({
  description: 'Shows that a later tree only added to an earlier one (RFC 6962, 2.1.2).',
  fields: (t) => ({
    from: t.expose('from', { type: 'Long', description: 'Size of the earlier tree.' }),
    to: t.expose('to', { type: 'Long', description: 'Size of the later tree.' }),
    hashes: t.stringList({
      description: 'In the order of the RFC, in base64.',
      resolve: ({ hashes }) => hashes.map(base64),
    }),
  }),
})

/** The tree, for the scope `read:audit`. Hashes tell nothing, so they are not limited to sites. */
async function treeFor({ access, tree }: Context): Promise<TransparencyLog> {
  await access.demand({ kind: 'read', context: 'audit', site: null })
  if (!tree) throw apiError('InvalidInput', 'this log has no Merkle tree.')
  return tree
}

builder.queryField('logCheckpoint', (t) =>
  t.field({
    type: Checkpoint,
    nullable: true,
    description: 'The latest signed checkpoint; null before the first.',
    args: { size: t.arg({ type: 'Long', description: 'The latest of at most this size.' }) },
    resolve: async (_, { size }, context) =>
      (await treeFor(context)).checkpoint(size ?? Number.MAX_SAFE_INTEGER),
  }),
)

builder.queryField('logKeys', (t) =>
  t.stringList({
    nullable: true,
    description: 'Public keys of all checkpoints there are, latest first.',
    resolve: async (_, __, context) => [...(await (await treeFor(context)).verifiers())],
  }),
)

builder.queryField('inclusionProof', (t) =>
  t.field({
    type: InclusionRef,
    nullable: true,
    description: 'Proof that an event is in the log; null when there is no such event.',
    complexity: 10,
    args: {
      eventId: t.arg.id({ description: 'The event by its id, or' }),
      position: t.arg({ type: 'Position', description: 'by its position: one of the two.' }),
      treeSize: t.arg({
        type: 'Long',
        description: 'Tree to prove it for: that of the latest checkpoint by default.',
      }),
    },
    resolve: async (_, args, context) => {
      const tree = await treeFor(context)
      const position = await findEvent(args, context)
      if (position === null) return null
      const size = args.treeSize ?? (await tree.checkpoint())?.size ?? 0
      const [leaf, grown] = [await tree.leafOf(position), await tree.size()]
      if (leaf === null || size <= leaf || size > grown)
        throw apiError(
          'InvalidInput',
          `treeSize ${size}: the event stands at ${position}, the tree has ${grown} events.`,
        )
      const [entries, hashes, root] = await Promise.all([
        tree.entries(leaf, 1),
        inclusionProof(leaf, size, tree.tiles),
        treeRoot(size, tree.tiles),
      ])
      return { position, leaf, size, entry: entries[0]!, hashes, root }
    },
  }),
)

/** Position of an event that the caller may see; null when there is none. */
async function findEvent(
  {
    eventId,
    position,
  }: { eventId?: string | null | undefined; position?: number | null | undefined },
  { auditTrail, principal }: Context,
): Promise<number | null> {
  const byId = eventId == null ? null : { id: uuid(eventId) }
  const wanted = byId ?? (position == null ? null : { position })
  if (!wanted || (byId && position != null))
    throw apiError('InvalidInput', 'name the event by eventId or by position.')
  return auditTrail?.find(wanted, principal.sites) ?? null
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
function uuid(text: string): string {
  if (UUID.test(text)) return text
  throw apiError('InvalidInput', `eventId ${JSON.stringify(text)} is not the id of an event.`)
}

builder.queryField('consistencyProof', (t) =>
  t.field({
    type: ConsistencyRef,
    nullable: true,
    description: 'Proof that the log of size `to` begins with the log of size `from`.',
    complexity: 10,
    args: {
      from: t.arg({ type: 'Long', required: true, description: 'Size of the earlier checkpoint.' }),
      to: t.arg({ type: 'Long', description: 'Size of the later one; by default the latest.' }),
    },
    resolve: async (_, args, context) => {
      const tree = await treeFor(context)
      const to = args.to ?? (await tree.checkpoint())?.size ?? 0
      if (args.from < 1 || args.from > to || to > (await tree.size()))
        throw apiError(
          'InvalidInput',
          `from ${args.from}, to ${to}: needs 1 <= from <= to <= ${await tree.size()}.`,
        )
      return { from: args.from, to, hashes: await consistencyProof(args.from, to, tree.tiles) }
    },
  }),
)
