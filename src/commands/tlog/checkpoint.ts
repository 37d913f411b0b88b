import { HASH_BYTES } from './hash.ts'

/** What a log claims about itself (C2SP tlog-checkpoint): its first `size` entries have this root. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`

/** @throws Error when the text is none */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, base64] = text.split('\n')
  const root = Buffer.from(base64 ?? '', 'base64')
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? '') || root.length !== HASH_BYTES)
    throw new Error('not a checkpoint of a log')
  return { origin, size: Number(size), root }
}
