import { describe } from 'vitest'
import { createMemoryMessageBus } from '../../src/adapters/memory/message-bus.ts'
import { messageBusContract } from './message-bus.ts'

describe('in memory', () => {
  messageBusContract(async () => createMemoryMessageBus(() => new Date().toISOString()))
})
