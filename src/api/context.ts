import type { AuditTrail } from '../commands/audit-trail.ts'
import type { EventStore } from '../commands/event-store.ts'
import type { Execute } from '../commands/execute.ts'
import type { OcelExport } from '../commands/ocel-export.ts'
import { setPersonName, type PersonName, type PersonNames } from '../commands/person-names.ts'
import type { Clock } from '../commands/ports.ts'
import type { Record as RecordObservations, Recording } from '../commands/record.ts'
import type { SigningSecrets } from '../commands/signing/secrets.ts'
import type { SigningDeps } from '../commands/signing/signer.ts'
import type { TransparencyLog } from '../commands/tlog/port.ts'
import type { Scenarios } from '../commands/whatif/scenarios.ts'
import type { Rejection } from '../domain/decider.ts'
import type { ObservationDefinition } from '../domain/observation.ts'
import type { Simulate } from '../domain/planning/simulation/simulated.ts'
import type { Naming } from '../projections/epcis/names.ts'
import type { OnChange, ReadModels } from '../projections/read-models.ts'
import type { ScenarioRuns } from '../projections/planning/scenario-runs.ts'
import type { ReplayCheck } from '../projections/replay-check.ts'
import { createAccessLog, type AccessLog } from './access-log.ts'
import { actingAs, systemPrincipal, type Principal } from './authorise.ts'
import { createPersonReader, type PersonReader } from './person-reader.ts'
import type { Planner } from './planner.ts'
import { createReader, type Reader } from './reader.ts'
import { onErrand, originOf, type Errand } from './requests.ts'

/** What the composition root hands to the API. */
export interface Services {
  readonly store: EventStore
  readonly execute: Execute
  readonly record: RecordObservations
  readonly reads: ReadModels
  readonly clock: Clock
  readonly observations: ReadonlyMap<string, ObservationDefinition>
  /** Absent where the log has no tree: in memory. */
  readonly tree?: TransparencyLog
  readonly auditTrail?: AuditTrail
  /** Names of things in EPCIS; the default ones where absent. */
  readonly naming?: Naming
  /** Absent where nothing is planned. */
  readonly planner?: Planner
  /** Absent where nobody writes OCEL. */
  readonly ocel?: OcelExport
  readonly names: PersonNames
  readonly secrets: SigningSecrets
  /** Absent where nobody keeps any. */
  readonly scenarios?: Scenarios
  /** Absent where results are not kept. */
  readonly scenarioRuns?: ScenarioRuns
  /** Replays the whole log and compares; absent where there are no tables. */
  readonly checkReplay?: () => Promise<ReplayCheck>
  /** Absent where nothing is simulated. */
  readonly simulate?: Simulate
  /** Tells of changes of read models, whichever process makes them. */
  readonly onChange: OnChange
  /** The same read models on another server, a moment behind; queries prefer it. */
  readonly replica?: ReadModels
}

/** What resolvers see: everything acts in the name of one principal and is limited to its sites. */
export interface Context {
  readonly principal: Principal
  readonly execute: Execute
  readonly record: (
    ...args: Parameters<RecordObservations>
  ) => Promise<Recording | Rejection<'Forbidden'>>
  readonly reads: Reader
  readonly people: PersonReader
  /** Sets a name, once the caller has made sure that the principal may. */
  readonly setPersonName: (name: PersonName) => ReturnType<typeof setPersonName>
  /** For signatures, once the caller has made sure that the principal may. */
  readonly signing: SigningDeps
  readonly access: AccessLog
  readonly clock: Clock
  /** One and the same for all requests to these read models: key of what outlives a request. */
  readonly plant: object
  readonly onChange: OnChange
  /** For single streams that the caller was shown; lists go through `reads`. */
  readonly store: Pick<EventStore, 'readStream'>
  readonly tree: TransparencyLog | undefined
  readonly auditTrail: AuditTrail | undefined
  readonly scenarios: Scenarios | undefined
  readonly scenarioRuns: ScenarioRuns | undefined
  readonly checkReplay: Services['checkReplay'] | undefined
  readonly planner: Planner | undefined
  readonly simulate: Simulate | undefined
  /** The whole log, for what was asked about a site that may be seen. */
  readonly log: Pick<EventStore, 'readAll' | 'readStream' | 'head'>
  /** Absent where no request stands behind it. */
  readonly errand: Errand | undefined
}

/** One context per request, subscription included; its DataLoaders forget when it ends. */
export function createContext(services: Services, principal: Principal, errand?: Errand): Context {
  const { store, execute, reads, replica, clock, onChange, tree, auditTrail, planner } = services
  const access = createAccessLog({ store, clock, principal })
  return {
    principal,
    execute: onErrand(actingAs(execute, principal), errand),
    record: recordAs(services, principal, access, errand),
    reads: createReader({ ...services, replica, principal, access }),
    people: createPersonReader({ names: services.names, principal, access }),
    setPersonName: (name) => setPersonName(services, name, principal.actor),
    signing: { ...services, execute: onErrand(actingAs(execute, systemPrincipal), errand) },
    access,
    clock,
    plant: reads,
    onChange,
    store,
    tree,
    auditTrail,
    scenarios: services.scenarios,
    scenarioRuns: services.scenarioRuns,
    checkReplay: services.checkReplay,
    planner,
    simulate: services.simulate,
    log: store,
    errand,
  }
}

const recordAs =
  (
    { observations, record }: Services,
    principal: Principal,
    access: AccessLog,
    errand: Errand | undefined,
  ): Context['record'] =>
  async (items, context) => {
    const contexts = new Set(items.map(({ type }) => observations.get(type)?.context ?? 'unknown'))
    for (const name of contexts) {
      const denial = await access.check({ kind: 'observe', context: name, site: context.site })
      if (denial) return denial
    }
    return record(items, { ...originOf(errand), ...context, actor: principal.actor })
  }
