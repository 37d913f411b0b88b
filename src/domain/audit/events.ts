export { rejectionEvents, type RejectionEvent } from './rejection.ts'
export { projectionSkipEvents } from './projection-skip.ts'
