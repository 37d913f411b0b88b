/** Boards that stay open: GraphQL over WebSocket (graphql-transport-ws), fed as machines change state. */
import { Counter, Rate } from 'k6/metrics'
import { WebSocket } from 'k6/websockets'
import { DEMO_SITE, KEY, SECONDS, SUBSCRIBERS, URL, WARM_UP } from './settings.js'

const delivered = new Counter('subscription_messages')
/** Subscriptions that were refused, broke off, or delivered nothing. */
const broken = new Rate('subscriptions_broken')

const CHANGES = `subscription { equipmentChanged(site: "${DEMO_SITE}") { equipmentId state since } }`
/** It ends a little before the others, so that a change is always on its way while it lives. */
const LIFE_MS = (WARM_UP + Math.max(2, SECONDS - 2)) * 1000

export function subscribe() {
  const socket = new WebSocket(`${URL.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws')
  const send = (message) => socket.send(JSON.stringify(message))
  let messages = 0
  let done = false
  socket.addEventListener('open', () =>
    send({ type: 'connection_init', payload: KEY ? { authorization: `Bearer ${KEY}` } : {} }),
  )
  socket.addEventListener('message', ({ data }) => {
    const { type } = JSON.parse(data)
    if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query: CHANGES } })
    else if (type === 'ping') send({ type: 'pong' })
    else if (type === 'next') {
      messages++
      delivered.add(1)
    }
  })
  socket.addEventListener('error', ({ error }) => console.error(`subscription: ${error}`))
  socket.addEventListener('close', () => broken.add(!done || messages === 0))
  setTimeout(() => {
    done = true
    send({ id: '1', type: 'complete' })
    socket.close()
  }, LIFE_MS)
}

export const scenarios = {
  subscriptions: {
    ...{ executor: 'per-vu-iterations', exec: 'subscribe', iterations: 1 },
    vus: SUBSCRIBERS,
    maxDuration: `${WARM_UP + SECONDS + 10}s`,
  },
}
export const thresholds = { subscriptions_broken: ['rate==0'], subscription_messages: ['count>0'] }
export const options = { scenarios, thresholds }
