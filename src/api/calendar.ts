import { patternOn, type PatternVersion } from '../domain/calendar/calendar-state.ts'
import {
  calendarKind,
  downTimePurpose,
  shiftDay,
  type PlannedDownTime,
  type ShiftPattern,
  type SpecialDay,
} from '../domain/calendar/events.ts'
import {
  calendarOf,
  calendars,
  type CalendarRow,
  type Correction,
} from '../projections/calendar/calendars.ts'
import type { Keyed } from '../projections/projection.ts'
import { builder } from './builder.ts'
import { changesField } from './changes.ts'
import { connectionField } from './connection.ts'
import { enumOf } from './inputs.ts'
import { lookupField } from './lookup.ts'

export const CalendarKind = enumOf(calendarKind, 'CalendarKind')
export const DownTimePurpose = enumOf(downTimePurpose, 'DownTimePurpose')
const ShiftDay = enumOf(shiftDay, 'ShiftDay')
const SpecialDayKind = builder.enumType('SpecialDayKind', {
  description: 'What is special about a day, or about one shift of it.',
  values: {
    HOLIDAY: { description: 'The pattern is not worked, here and in narrower scopes.' },
    WORKING_DAY: { description: 'Worked although a wider scope has a holiday.' },
    SHIFT_CANCELLED: { description: 'This shift is not worked.' },
    SHIFT: { description: 'This shift runs so: at other times than in the pattern, or extra.' },
  },
})

type PatternShift = ShiftPattern['shifts'][number]
type ShiftBreak = PatternShift['breaks'][number]

const BreakRef = builder.objectRef<ShiftBreak>('ShiftBreak').implement({
  description: 'A break within a shift, in local time.',
  fields: (t) => ({
    start: t.exposeString('start', { description: 'HH:MM at which it starts.' }),
    end: t.exposeString('end', { description: 'HH:MM at which it ends.' }),
  }),
})

const PatternShiftRef = builder.objectRef<PatternShift>('PatternShift').implement({
  description: 'A shift that repeats with its pattern.',
  fields: (t) => ({
    shiftId: t.exposeID('shiftId', { description: 'Shift.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    start: t.exposeString('start', { description: 'Local time HH:MM at which it starts.' }),
    end: t.exposeString('end', {
      description: 'Local time HH:MM at which it ends; not after start: on the next day.',
    }),
    days: t.field({
      type: ['Int'],
      description: 'Days of the cycle it starts on, from 0; of a weekly one 0 is Monday.',
      complexity: 0,
      resolve: ({ days }) => days,
    }),
    breaks: t.field({
      type: [BreakRef],
      description: 'Its breaks.',
      complexity: { field: 1, multiplier: 2 },
      resolve: ({ breaks }) => breaks,
    }),
  }),
})

const PatternRef = builder.objectRef<ShiftPattern>('ShiftPattern').implement({
  description: 'Shifts that repeat every cycleDays days, counted from anchor.',
  fields: (t) => ({
    cycleDays: t.exposeInt('cycleDays', { description: 'Days after which it repeats; 7: weekly.' }),
    anchor: t.expose('anchor', { type: 'Date', description: 'A day that is day 0 of the cycle.' }),
    shiftDay: t.expose('shiftDay', {
      type: ShiftDay,
      description: 'Which day a shift counts for that runs over midnight.',
    }),
    dayStart: t.exposeString('dayStart', {
      description: "Local time HH:MM at which the plant's day begins.",
    }),
    shifts: t.field({
      type: [PatternShiftRef],
      description: 'The shifts of one cycle.',
      complexity: { field: 1, multiplier: 4 },
      resolve: ({ shifts }) => shifts,
    }),
  }),
})

const VersionRef = builder.objectRef<PatternVersion>('ShiftPatternVersion').implement({
  description: 'What holds from a day on, until the next one.',
  fields: (t) => ({
    from: t.expose('from', { type: 'Date', description: 'First local day.' }),
    pattern: t.expose('pattern', {
      type: PatternRef,
      nullable: true,
      description: 'The shifts; null leaves them to the next wider scope.',
    }),
  }),
})

const SpecialDayRef = builder.objectRef<SpecialDay>('SpecialDay').implement({
  description: 'A holiday, or what else is special about a day or one of its shifts.',
  fields: (t) => ({
    day: t.expose('day', { type: 'Date', description: 'Local day.' }),
    kind: t.expose('kind', { type: SpecialDayKind, description: 'What is special.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    shiftId: t.field({
      type: 'ID',
      nullable: true,
      description: 'Shift it is about; null: the whole day.',
      complexity: 0,
      resolve: (day) => ('shiftId' in day ? day.shiftId : null),
    }),
    start: t.field({
      type: 'String',
      nullable: true,
      description: 'Of a SHIFT: local time HH:MM at which it starts.',
      complexity: 0,
      resolve: (day) => (day.kind === 'SHIFT' ? day.start : null),
    }),
    end: t.field({
      type: 'String',
      nullable: true,
      description: 'Of a SHIFT: local time HH:MM at which it ends.',
      complexity: 0,
      resolve: (day) => (day.kind === 'SHIFT' ? day.end : null),
    }),
    breaks: t.field({
      type: [BreakRef],
      description: 'Of a SHIFT: its breaks.',
      complexity: { field: 1, multiplier: 1 },
      resolve: (day) => (day.kind === 'SHIFT' ? day.breaks : []),
    }),
  }),
})

const DownTimeRef = builder.objectRef<PlannedDownTime>('PlannedDownTime').implement({
  description: 'Time in which a resource is planned to be down.',
  fields: (t) => ({
    entryId: t.exposeID('entryId', { description: 'Entry in its calendar.' }),
    from: t.expose('from', { type: 'DateTime', description: 'Begin.' }),
    to: t.expose('to', { type: 'DateTime', description: 'End.' }),
    purpose: t.expose('purpose', { type: DownTimePurpose, description: 'What it is for.' }),
    cause: t.exposeString('cause', { description: 'Why, in the words of who planned it.' }),
  }),
})

const CorrectionRef = builder.objectRef<Correction>('CalendarCorrection').implement({
  description: 'What was said anew about days that had passed, and why.',
  fields: (t) => ({
    correctionId: t.exposeID('correctionId', { description: 'Correction.' }),
    reason: t.exposeString('reason', { description: 'Why, in the words of the person.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was decided.' }),
    actor: t.exposeID('actor', { description: 'Who decided it.' }),
    affectedFrom: t.expose('affectedFrom', {
      type: 'Date',
      description: 'First local day whose working time it touches.',
    }),
    affectedUntil: t.expose('affectedUntil', {
      type: 'Date',
      nullable: true,
      description: 'The local day after the last one it touches; null: it goes on.',
    }),
    change: t.expose('change', { type: 'JSON', description: 'What holds instead.' }),
    before: t.expose('before', {
      type: 'JSON',
      description: 'What held before, as the changes that would bring it back.',
    }),
  }),
})

type Row = Keyed<CalendarRow>
const within = (t: any) => ({
  from: t.arg({ type: 'Date', description: 'From this local day on; from the first by default.' }),
  to: t.arg({
    type: 'Date',
    description: 'Up to this local day, with it; to the last by default.',
  }),
})
type Within = { readonly from?: string | null; readonly to?: string | null }
const isWithin = (day: string, { from, to }: Within): boolean =>
  (from == null || day >= from) && (to == null || day <= to)

const CalendarRef = builder.objectRef<Row>('Calendar').implement({
  description: 'When a scope is planned to work, by its own word; `shifts` adds wider scopes.',
  fields: (t) => ({
    calendarId: t.exposeID('key', { description: 'Calendar: its kind, a colon, its scope.' }),
    site: t.exposeID('site', { description: 'ISA-95 site.' }),
    scopeId: t.exposeID('scopeId', { description: 'Node of the hierarchy, crew or person.' }),
    kind: t.expose('kind', { type: CalendarKind, description: 'Of machines or of people.' }),
    name: t.exposeString('name', { description: 'Name for people to read.' }),
    timeZone: t.exposeString('timeZone', { description: 'IANA zone of its days and times.' }),
    definedAt: t.expose('definedAt', { type: 'DateTime', description: 'Known since.' }),
    changedAt: t.expose('changedAt', { type: 'DateTime', description: 'When it last changed.' }),
    pattern: t.field({
      type: PatternRef,
      nullable: true,
      description: 'Its own pattern on a day; null where it leaves the shifts to a wider scope.',
      args: { on: t.arg({ type: 'Date', required: true, description: 'Local day.' }) },
      resolve: (row, { on }) => patternOn(calendarOf(row), on),
    }),
    patterns: t.field({
      type: [VersionRef],
      description: 'Every pattern it ever had or will have, earliest first.',
      complexity: { field: 1, multiplier: 3 },
      resolve: ({ patterns }) => patterns,
    }),
    specialDays: t.field({
      type: [SpecialDayRef],
      description: 'Holidays, cancelled, extra and moved shifts, by day.',
      args: within(t),
      resolve: ({ days }, args) => days.filter(({ day }) => isWithin(day, args as Within)),
    }),
    plannedDownTimes: t.field({
      type: [DownTimeRef],
      description: 'Planned down time, by its beginning.',
      resolve: ({ plannedDown }) => plannedDown,
    }),
    corrections: t.field({
      type: [CorrectionRef],
      description: 'What was corrected after the fact, in the order in which it was.',
      complexity: { field: 1, multiplier: 3 },
      resolve: ({ corrections }) => corrections,
    }),
  }),
})

connectionField('calendars', {
  projection: calendars,
  node: CalendarRef,
  description: 'Calendars of machines and people, by name.',
  filters: {
    calendarIds: { column: 'key', op: 'in', type: ['ID'], description: 'One of these.' },
    scopeIds: { column: 'scopeId', op: 'in', type: ['ID'], description: 'Of one of these.' },
    kind: { column: 'kind', op: '=', type: CalendarKind, description: 'Of this kind.' },
    name: { column: 'name', op: 'contains', type: 'String', description: 'Name contains this.' },
    site: { column: 'site', op: '=', type: 'ID', description: 'At this site.' },
  },
  orderable: ['name', 'scopeId', 'changedAt', 'key'],
  defaultOrder: { column: 'name', direction: 'asc' },
})

lookupField('calendar', {
  projection: calendars,
  node: CalendarRef,
  description: 'One calendar, now, at a moment, or as the log knew it.',
  by: { calendarId: 'Calendar: its kind, a colon, its scope, e.g. EQUIPMENT:ULM.' },
  streams: ({ calendarId }) => [`calendar-${calendarId}`],
})

changesField('calendarChanged', {
  projection: calendars,
  node: CalendarRef,
  description: 'Calendars as they change.',
  only: { arg: 'calendarIds', description: 'These calendars.' },
})
