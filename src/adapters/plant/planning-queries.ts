import { SITE } from './layout.ts'
import { RUSH } from './planning.ts'

/** What is planned, and what will be late. */
export const plannedWork = `{
  dispatchList(site: "${SITE}", workCentreId: "MILLING", first: 6) {
    rank status isReady isLate name materialId dueAt
    planned { orderId equipmentId person { name } startsAt endsAt cause }
  }
  late: orderPromises(first: 5, where: { isLate: true }) {
    nodes { orderId baselineAt forecastAt dueAt }
  }
  plans(first: 2) {
    nodes { planId status requestedAt cause proposals { variant operationCount costs } }
  }
  planningFindings(site: "${SITE}") { code omitted subjectId why }
}`

/** Why the rush order is. */
export const whyLate = `{
  explanation(site: "${SITE}", orderId: "${RUSH}") {
    startsAt endsAt workMs slackMs latenessMs operationIds
    delays { cause resourceId behindOrderId waitingMs }
    gains { cause gainedMs }
  }
}`

/** What the hours to come will be held up by, and what a faster machine would give: a few seconds of simulation. */
export const whatIf = `{
  bottleneckForecast(site: "${SITE}", hours: 8, replications: 40, faster: "MILL-1") {
    hours { from machines { equipmentId probability } warning leadTimeHours }
    sensitivity { mean halfWidth }
  }
}`
