/** What the names that occur all over the shop floor mean; one word, one meaning. */
const glossary: Record<string, string> = {
  orderId: 'Production order.',
  operationId: 'Operation within the routing of its order.',
  personId: 'Person who did it, by id; names are kept elsewhere.',
  equipmentId: 'Machine, line or other equipment of the hierarchy.',
  workCentreId: 'ISA-95 work centre.',
  materialId: 'Material, by its master data number.',
  lotId: 'Lot (batch) of a material.',
  serial: 'Serial number of one piece.',
  bookingId: 'Chosen by the sender; the same booking counts once.',
  correctionId: 'Chosen by the sender; the same correction counts once.',
  movementId: 'Chosen by the sender, unique within the lot or serial; it counts once.',
  transferId: 'Chosen by the sender, unique within the lot it leaves; it counts once.',
  holdId: 'Chosen by the sender, unique within the lot; names the hold when it is released.',
  intoLotId: 'Lot it goes into.',
  intoSerial: 'Serial it is built into.',
  parentSerial: 'Serial it is built into or taken out of.',
  locationId: 'Storage zone or unit of the hierarchy.',
  supplierId: 'Who delivered it.',
  supplierLotId: 'Number of the lot at the supplier.',
  difference: 'Positive where more was found than was known, negative where less.',
  unit: 'UN/ECE Recommendation 20 code of the unit of measure, e.g. C62 for pieces.',
  reason: 'Why, in the words of the person.',
  priority: '1 is most urgent.',
  dueAt: 'When it has to be finished.',
  startedAt: 'When it began.',
  endedAt: 'When it ended.',
  sequence: 'Place in the order; need not be gapless.',
  good: 'Good quantity, in the unit of the order.',
  scrap: 'Scrapped quantity, in the unit of the order.',
  scrapReason: 'Why it was scrapped.',
  rework: 'Quantity to be reworked, in the unit of the order.',
  awaitingDisposition: 'Quantity set aside for a material review board.',
  quantity: 'How much, in the given unit.',
  name: 'Name for people to read.',
  site: 'ISA-95 site.',
}

/** The description a schema gives, else the glossary's, else the name in words. */
export function describe(name: string, description: string | undefined): string {
  const known = description ?? (Object.hasOwn(glossary, name) ? glossary[name] : undefined)
  if (known) return known
  const words = name.replace(
    /([a-z0-9])([A-Z])/g,
    (_, a: string, b: string) => `${a} ${b.toLowerCase()}`,
  )
  const sentence = words[0]!.toUpperCase() + words.slice(1)
  if (words.endsWith(' ms')) return `${sentence.slice(0, -3)} in milliseconds.`
  if (words.endsWith(' kwh')) return `${sentence.slice(0, -4)} in kilowatt hours.`
  if (words.endsWith(' at')) return `When it was ${words.slice(0, -3)}.`
  if (words.endsWith(' id')) return `Identifier of the ${words.slice(0, -3)}.`
  return `${sentence}.`
}
