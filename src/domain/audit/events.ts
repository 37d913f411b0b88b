export { rejectionEvents, type RejectionEvent } from './rejection.ts'
