import fc from 'fast-check'

/** Where chance starts: the same place in every run, so that a red run is somebody's change; elsewhere by
 * `TEST_SEED=random` (or a number), which is how it is looked for beforehand. */
const wanted = process.env['TEST_SEED'] ?? '1'
export const testSeed = wanted === 'random' ? Date.now() % 1_000_000 : Number(wanted)

fc.configureGlobal({ seed: testSeed })
