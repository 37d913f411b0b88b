/** Separates texts in one parameter. JSON escapes it, and names must not contain it. */
export const SEPARATOR = '\u001e'

/**
 * Appends a group: many appends to many streams in one call and one transaction. Each append succeeds
 * or conflicts by itself, in the order given. Arrays instead of joins: a plan made for few rows is
 * then right for many. Texts come joined, because a text array costs its sender and its receiver an
 * escaped copy (all quotes of all payloads).
 *
 * - p_streams: names of the streams concerned, each once; p_categories: their categories.
 * - p_stream (1-based index into p_streams), p_expected (-2 any, -1 none), p_counts: per append.
 * - p_append (1-based index of its append), p_ids, p_types, p_versions, p_data, p_metadata: per event.
 * - revisions, positions: per append, of its last event; of a conflict, the stream's revision and -1;
 *   of a repeated append, the position of the first time as -1 - position.
 *
 * `recorded_at` never runs backward along the log, whatever the system clock does.
 */
export const APPEND_BATCH = String.raw`
create function es.append_batch(
  p_streams text, p_categories integer[],
  p_stream integer[], p_expected integer[], p_counts integer[],
  p_append integer[], p_ids uuid[], p_types integer[], p_versions integer[],
  p_data text, p_metadata text,
  out revisions integer[], out positions bigint[]
) language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  names constant text[] := string_to_array(p_streams, E'\x1e');
  head es.head;
  known bigint[];        -- per stream: its id before, 0 when new
  ids bigint[];          -- per stream: its id
  revs integer[];        -- per stream: its last revision so far
  firsts bigint[];       -- per stream: position of its first event
  lasts bigint[];        -- per stream: position of its last event so far
  to_position bigint[];  -- per append: position minus ordinal of its events, null-free
  to_revision integer[]; -- per append: revision minus ordinal of its events
  taken boolean[];       -- per append
  before bigint;
  answered bigint;
  ordinal integer := 0;  -- of the last event of the append at hand
  s integer;
  n integer;
begin
  select * into head from es.head for update;
  before := head.position;
  head.recorded_at :=
    greatest(date_trunc('milliseconds', clock_timestamp()), head.recorded_at);

  select array_agg(coalesce(t.id, 0) order by i), array_agg(coalesce(t.revision, -1) order by i),
         array_agg(coalesce(t.first_position, 0) order by i),
         array_agg(coalesce(t.last_position, 0) order by i)
  into known, revs, firsts, lasts
  from unnest(names) with ordinality as u (name, i)
  left join es.streams t on t.name = u.name;
  ids := known;
  positions := array_fill(-1::bigint, array[cardinality(p_stream)]);
  revisions := p_expected;
  to_position := positions;
  to_revision := p_expected;
  taken := array_fill(false, array[cardinality(p_stream)]);

  for a in 1 .. cardinality(p_stream) loop
    s := p_stream[a];
    n := p_counts[a];
    if p_expected[a] = -2 or p_expected[a] = revs[s] then
      if n > 0 then
        if ids[s] = 0 then
          head.streams := head.streams + 1;
          ids[s] := head.streams;
          firsts[s] := head.position + 1;
        end if;
        taken[a] := true;
        to_position[a] := head.position - ordinal;
        to_revision[a] := revs[s] - ordinal;
        head.position := head.position + n;
        revs[s] := revs[s] + n;
        lasts[s] := head.position;
      end if;
      positions[a] := lasts[s];
    end if;
    revisions[a] := revs[s];
    ordinal := ordinal + n;
  end loop;

  if head.position > before then
    -- One partition ahead of need, so that no append ever waits for one.
    while head.position + head.partition_size / 2 >= head.partitioned_to loop
      perform es.add_partition(head.partitioned_to, head.partitioned_to + head.partition_size);
      head.partitioned_to := head.partitioned_to + head.partition_size;
    end loop;

    insert into es.streams (id, first_position, last_position, revision, category, name)
    select ids[u.i], firsts[u.i], lasts[u.i], revs[u.i], p_categories[u.i], u.name
    from unnest(names) with ordinality as u (name, i)
    where known[u.i] = 0 and ids[u.i] > 0;

    update es.streams t set revision = u.revision, last_position = u.last
    from unnest(known, revs, lasts) as u (id, revision, last)
    where t.id = u.id and u.last > before;

    insert into es.events (position, stream_id, recorded_at, revision, type, category,
                           schema_version, id, stream, data, metadata)
    select to_position[e.append] + e.ordinal, ids[p_stream[e.append]], head.recorded_at,
           to_revision[e.append] + e.ordinal, e.type, p_categories[p_stream[e.append]],
           e.version, e.id, names[p_stream[e.append]], e.data, e.metadata
    from unnest(p_append, p_ids, p_types, p_versions, string_to_array(p_data, E'\x1e'),
                string_to_array(p_metadata, E'\x1e'))
         with ordinality as e (append, id, type, version, data, metadata, ordinal)
    where taken[e.append];

    update es.head h set position = head.position, streams = head.streams,
      recorded_at = head.recorded_at, partitioned_to = head.partitioned_to;
    perform pg_notify('es_appended', head.position::text);
  end if;

  -- A conflict whose very events already stand right after what it expected is a retry: first answer.
  ordinal := 0;
  for a in 1 .. cardinality(p_stream) loop
    n := p_counts[a];
    if positions[a] < 0 and n > 0 and p_expected[a] + n <= revisions[a] then
      s := p_stream[a];
      select max(e.position) into answered
      from unnest(p_ids[ordinal + 1 : ordinal + n]) with ordinality as w (id, i)
      join es.events e on e.stream_id = ids[s] and e.revision = p_expected[a] + w.i and e.id = w.id
        and e.position between firsts[s] and lasts[s]
      having count(*) = n;
      if answered is not null then
        revisions[a] := p_expected[a] + n;
        positions[a] := -1 - answered;
      end if;
    end if;
    ordinal := ordinal + n;
  end loop;
end $$;
`
