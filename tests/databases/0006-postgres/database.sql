SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.attendee (
    id bigint NOT NULL,
    event bytea NOT NULL,
    no bigint NOT NULL,
    registration bigint,
    delegation_no bigint,
    region_no bigint NOT NULL,
    option_no bigint,
    option_state text,
    lang text NOT NULL,
    age_band smallint NOT NULL,
    guardian bigint,
    walk_in smallint DEFAULT 0 NOT NULL,
    fee_state text NOT NULL,
    state text NOT NULL,
    merged_into bigint,
    changed bigint NOT NULL,
    mark bigint NOT NULL,
    typed_code text NOT NULL,
    ticket_id bytea NOT NULL,
    ticket_class smallint NOT NULL,
    ticket_minute bigint NOT NULL,
    key_no bigint DEFAULT 1 NOT NULL,
    spare_region_no bigint,
    option_queue bigint,
    option_offer bigint,
    CONSTRAINT attendee_age_band_check CHECK (((age_band >= 0) AND (age_band <= 2))),
    CONSTRAINT attendee_check CHECK (((option_no IS NULL) = (option_state IS NULL))),
    CONSTRAINT attendee_fee_state_check CHECK (((fee_state = 'free'::text) OR (fee_state = 'due'::text) OR (fee_state = 'paid'::text) OR (fee_state = 'waived'::text))),
    CONSTRAINT attendee_option_state_check CHECK ((option_state = ANY (ARRAY['confirmed'::text, 'waitlisted'::text]))),
    CONSTRAINT attendee_state_check CHECK (((state = 'active'::text) OR (state = 'cancelled'::text) OR (state = 'deleted'::text))),
    CONSTRAINT attendee_walk_in_check CHECK ((walk_in = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.audit (
    no bigint NOT NULL,
    event bytea,
    at bigint NOT NULL,
    who text NOT NULL,
    act text NOT NULL,
    detail text NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE public.audit_head (
    one smallint NOT NULL,
    no bigint NOT NULL,
    hash bytea,
    CONSTRAINT audit_head_one_check CHECK ((one = 1))
);
CREATE TABLE public.booking (
    attendee bigint NOT NULL,
    session_no bigint NOT NULL,
    event bytea NOT NULL,
    stop_no bigint,
    role text,
    state text NOT NULL,
    queue bigint,
    offer bigint,
    CONSTRAINT booking_state_check CHECK ((state = ANY (ARRAY['confirmed'::text, 'waitlisted'::text])))
);
CREATE TABLE public.checkpoint (
    event bytea NOT NULL,
    no bigint NOT NULL,
    session_no bigint NOT NULL,
    stop_no bigint,
    name text NOT NULL
);
CREATE TABLE public.consent (
    attendee bigint NOT NULL,
    kind smallint NOT NULL,
    given smallint NOT NULL,
    at bigint NOT NULL,
    text_version bigint NOT NULL,
    lang text NOT NULL,
    CONSTRAINT consent_given_check CHECK ((given = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.county (
    event bytea NOT NULL,
    name text NOT NULL,
    region_no bigint NOT NULL
);
CREATE TABLE public.definition (
    event bytea NOT NULL,
    text text NOT NULL
);
CREATE TABLE public.delegation (
    event bytea NOT NULL,
    no bigint NOT NULL,
    code text NOT NULL,
    region_no bigint NOT NULL,
    expected bigint,
    listed smallint NOT NULL,
    link_no bigint DEFAULT 1 NOT NULL,
    CONSTRAINT delegation_listed_check CHECK ((listed = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.device (
    id bigint NOT NULL,
    event bytea NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    pairing_hash bytea,
    pairing_expires bigint,
    pairing_nonce text,
    token_hash bytea,
    paired_at bigint,
    expires bigint NOT NULL,
    revoked_at bigint,
    CONSTRAINT device_role_check CHECK ((role = ANY (ARRAY['scan'::text, 'supervisor'::text])))
);
CREATE TABLE public.device_checkpoint (
    device bigint NOT NULL,
    checkpoint_no bigint NOT NULL,
    event bytea NOT NULL
);
CREATE TABLE public.device_seen (
    device bigint NOT NULL,
    seen bigint NOT NULL,
    waiting bigint NOT NULL
);
CREATE TABLE public.event (
    id bytea NOT NULL,
    slug text NOT NULL,
    zone text NOT NULL,
    state text NOT NULL,
    edition bigint NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    last_no bigint DEFAULT 0 NOT NULL,
    history bigint NOT NULL,
    salt bytea NOT NULL,
    starts bigint NOT NULL,
    ends bigint NOT NULL,
    definition_version bigint DEFAULT 0 NOT NULL,
    CONSTRAINT event_check CHECK ((ends >= starts)),
    CONSTRAINT event_id_check CHECK ((length(id) = 16)),
    CONSTRAINT event_last_no_check CHECK ((last_no <= 16777215)),
    CONSTRAINT event_salt_check CHECK ((length(salt) = 16)),
    CONSTRAINT event_state_check CHECK (((state = 'open'::text) OR (state = 'closed'::text) OR (state = 'expired'::text)))
);
CREATE TABLE public.late_scan (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    counted bigint NOT NULL
);
CREATE TABLE public.old_ticket (
    event bytea NOT NULL,
    mark bigint NOT NULL,
    typed_code text NOT NULL,
    attendee bigint NOT NULL,
    revoked bigint NOT NULL,
    changed bigint NOT NULL
);
CREATE TABLE public.option (
    event bytea NOT NULL,
    no bigint NOT NULL,
    code text NOT NULL,
    opens bigint NOT NULL,
    closes bigint NOT NULL,
    capacity bigint,
    taken bigint DEFAULT 0 NOT NULL,
    CONSTRAINT option_check CHECK (((capacity IS NULL) OR (taken <= capacity))),
    CONSTRAINT option_taken_check CHECK ((taken >= 0))
);
CREATE TABLE public.option_session (
    event bytea NOT NULL,
    option_no bigint NOT NULL,
    session_no bigint NOT NULL,
    choose bigint NOT NULL
);
CREATE TABLE public.outbox (
    cause text NOT NULL,
    event bytea NOT NULL,
    kind text NOT NULL,
    attendee bigint,
    made bigint NOT NULL,
    due bigint NOT NULL,
    tries bigint DEFAULT 0 NOT NULL,
    state text NOT NULL,
    claim bigint,
    begun bigint,
    done bigint,
    who text,
    trouble text,
    CONSTRAINT outbox_new_state_check CHECK (((state = 'waiting'::text) OR (state = 'sent'::text) OR (state = 'given-up'::text) OR (state = 'call'::text) OR (state = 'called'::text) OR (state = 'dropped'::text)))
);
CREATE TABLE public.presence (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    attendee bigint NOT NULL,
    first_at bigint NOT NULL,
    checkpoint_no bigint NOT NULL,
    device bigint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.presence_gone (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    attendee bigint NOT NULL,
    version bigint NOT NULL
);
CREATE TABLE public.quarantine (
    id bigint NOT NULL,
    event bytea,
    device bigint,
    content_hash bytea NOT NULL,
    content text NOT NULL,
    reason text NOT NULL,
    at bigint NOT NULL,
    seen_by text
);
CREATE TABLE public.region (
    event bytea NOT NULL,
    no bigint NOT NULL,
    code text NOT NULL
);
CREATE TABLE public.registration (
    id bigint NOT NULL,
    event bytea NOT NULL,
    submission bytea NOT NULL,
    content_hash bytea NOT NULL,
    email_hash bytea,
    lang text NOT NULL,
    link_no bigint DEFAULT 1 NOT NULL,
    made bigint NOT NULL
);
CREATE TABLE public.scan (
    device bigint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    rev smallint NOT NULL,
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    checkpoint_no bigint NOT NULL,
    mark bigint,
    decision text NOT NULL,
    reason text,
    wall bigint NOT NULL,
    mono bigint NOT NULL,
    skew bigint NOT NULL,
    skew_error bigint NOT NULL,
    manifest_version bigint NOT NULL,
    online smallint NOT NULL,
    region_no bigint,
    void_device bigint,
    void_epoch bigint,
    void_seq bigint,
    count bigint,
    arrival bigint NOT NULL,
    check_value bigint NOT NULL,
    delegation_no bigint,
    CONSTRAINT scan_online_check CHECK ((online = ANY (ARRAY[0, 1]))),
    CONSTRAINT scan_rev_check CHECK ((rev = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.schema_version (
    no bigint NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL
);
CREATE TABLE public.sealed (
    owner bigint NOT NULL,
    class smallint NOT NULL,
    expires bigint NOT NULL,
    value bytea NOT NULL,
    CONSTRAINT sealed_class_check CHECK (((class >= 0) AND (class <= 2)))
);
CREATE TABLE public.session (
    event bytea NOT NULL,
    no bigint NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    door text NOT NULL,
    reentry text NOT NULL,
    starts bigint NOT NULL,
    ends bigint NOT NULL,
    region_no bigint,
    capacity bigint,
    taken bigint DEFAULT 0 NOT NULL,
    return_no bigint,
    CONSTRAINT session_check CHECK ((ends >= starts)),
    CONSTRAINT session_check1 CHECK (((capacity IS NULL) OR (taken <= capacity))),
    CONSTRAINT session_door_check CHECK ((door = ANY (ARRAY['open'::text, 'listed'::text]))),
    CONSTRAINT session_kind_check CHECK (((kind = 'day'::text) OR (kind = 'training'::text) OR (kind = 'bus'::text) OR (kind = 'meal'::text) OR (kind = 'visit'::text) OR (kind = 'shift'::text))),
    CONSTRAINT session_reentry_check CHECK ((reentry = ANY (ARRAY['again'::text, 'once'::text]))),
    CONSTRAINT session_taken_check CHECK ((taken >= 0))
);
CREATE TABLE public.spare_sheet (
    event bytea NOT NULL,
    ref text NOT NULL,
    region_no bigint NOT NULL,
    first_no bigint NOT NULL,
    first_holder bigint NOT NULL,
    n bigint NOT NULL,
    made bigint NOT NULL,
    CONSTRAINT spare_sheet_n_check CHECK ((n > 0))
);
CREATE TABLE public.staff (
    id bigint NOT NULL,
    name text NOT NULL,
    password text NOT NULL,
    totp_sealed bytea,
    disabled smallint DEFAULT 0 NOT NULL,
    made bigint NOT NULL,
    CONSTRAINT staff_disabled_check CHECK ((disabled = ANY (ARRAY[0, 1])))
);
CREATE TABLE public.staff_role (
    staff bigint NOT NULL,
    event bytea NOT NULL,
    role text NOT NULL,
    region_no bigint,
    CONSTRAINT staff_role_role_check CHECK (((role = 'owner'::text) OR (role = 'staff'::text) OR (role = 'region'::text) OR (role = 'viewer'::text)))
);
CREATE TABLE public.staff_session (
    id_hash bytea NOT NULL,
    staff bigint NOT NULL,
    started bigint NOT NULL,
    seen bigint NOT NULL,
    event bytea
);
CREATE TABLE public.stop (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    no bigint NOT NULL,
    departs bigint NOT NULL,
    capacity bigint,
    taken bigint DEFAULT 0 NOT NULL,
    CONSTRAINT stop_check CHECK (((capacity IS NULL) OR (taken <= capacity))),
    CONSTRAINT stop_taken_check CHECK ((taken >= 0))
);
CREATE TABLE public.tally (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    region_no bigint NOT NULL,
    delegation_no bigint NOT NULL,
    counted bigint NOT NULL
);
CREATE TABLE public.verdict (
    device bigint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    rev smallint NOT NULL,
    no bigint NOT NULL,
    event bytea NOT NULL,
    verdict text NOT NULL,
    reason text NOT NULL,
    who text,
    at bigint NOT NULL,
    CONSTRAINT verdict_verdict_check CHECK ((verdict = ANY (ARRAY['quarantined'::text, 'accepted'::text])))
);
INSERT INTO public.attendee VALUES (1882784323863496018, '\x9a11ff5c3d833f37aba0667b940319f0', 1, 1882784323863496018, 1, 2, 2, 'confirmed', 'en', 0, NULL, 0, 'due', 'active', NULL, 1, -8259312774468002894, 'HNGGDJMMZF', '\xc1318120ca0ce78c', 1, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784323863496019, '\x9a11ff5c3d833f37aba0667b940319f0', 2, 1882784323863496019, 1, 2, 2, 'confirmed', 'en', 0, NULL, 0, 'due', 'active', NULL, 2, 2194049573939848664, '3SSD8XM29Q', '\x8e84f68d6d631568', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784323863496020, '\x9a11ff5c3d833f37aba0667b940319f0', 3, 1882784323863496020, 1, 2, 1, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 3, 7379511962149716484, 'CSMMP1ZZNV', '\xd1a21048f59db3bc', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784323862596637, '\x9a11ff5c3d833f37aba0667b940319f0', 4, NULL, NULL, 2, NULL, NULL, 'en', 0, NULL, 1, 'free', 'active', NULL, 5, 2107494072946160124, '3MZN5CC06R', '\x2a7c819a0aba2d9b', 6, 0, 1, 2, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784323862764794, '\x9a11ff5c3d833f37aba0667b940319f0', 5, NULL, NULL, 2, NULL, NULL, 'en', 0, NULL, 1, 'free', 'active', NULL, 5, 4168411259611859205, '77CJQX4PWY', '\xd98a4b6fa4a422c0', 6, 0, 1, 2, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324442814053, '\x9a11ff5c3d833f37aba0667b940319f0', 6, 1882784324442814053, NULL, 1, 2, 'confirmed', 'en', 0, NULL, 0, 'due', 'active', NULL, 6, -8211151908961855444, 'HR621NZ5HS', '\xc72f332ec35bc781', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324451851590, '\x9a11ff5c3d833f37aba0667b940319f0', 7, 1882784324451851590, NULL, 2, 3, 'confirmed', 'es', 0, NULL, 0, 'free', 'active', NULL, 7, 6006694201192472137, 'ADE1138RFQ', '\xc86e4d387ce78c71', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324456389041, '\x9a11ff5c3d833f37aba0667b940319f0', 8, 1882784324456389041, NULL, 1, 3, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 8, -2668916812343492703, 'VBV1MK5S6V', '\xfe806b6cfa661a2c', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324456389042, '\x9a11ff5c3d833f37aba0667b940319f0', 9, 1882784324456389041, NULL, 1, 3, 'confirmed', 'en', 2, NULL, 0, 'free', 'active', NULL, 8, -6910154933927496044, 'M0D35CQWA5', '\xd95780ffa0e4fcfe', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324460704365, '\x9a11ff5c3d833f37aba0667b940319f0', 10, 1882784324460704365, NULL, 1, 1, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 9, -3982327696151658701, 'S2XYW3T3NK', '\x1614a4697bc7001d', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324530615935, '\x9a11ff5c3d833f37aba0667b940319f0', 11, 1882784324530615934, NULL, 2, 2, 'confirmed', 'en', 0, NULL, 1, 'due', 'active', NULL, 16, -4847461246575251424, 'QJX5QBEZDG', '\x00a5d175f540747e', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784324653709943, '\x9a11ff5c3d833f37aba0667b940319f0', 12, 1882784324653709943, NULL, 1, 2, 'waitlisted', 'en', 0, NULL, 0, 'due', 'active', NULL, 17, 6153028245269445724, 'ANHZ55P477', '\x6455564e70c1cb84', 0, 0, 1, NULL, 544, NULL);
INSERT INTO public.attendee VALUES (1882784324657033642, '\x9a11ff5c3d833f37aba0667b940319f0', 13, 1882784324657033642, NULL, 1, 1, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 18, -6163911024769319901, 'N9TP755DGP', '\x386f490a33f519f8', 0, 0, 1, NULL, NULL, NULL);
INSERT INTO public.audit VALUES (1, '\x9a11ff5c3d833f37aba0667b940319f0', 1795563053, 'operator', 'role', 'olga: owner', '\x0a9bbb0f7abda11e06beda74a984c20b7df32288bf77cc04ecdd55d9e54ee338');
INSERT INTO public.audit VALUES (2, '\x9a11ff5c3d833f37aba0667b940319f0', 1795563053, 'operator', 'role', 'regina: region south', '\x5bc0ce50aa2e6eb1ce787d6002caf4fa96925cbef3ab6a3b14bb2d515cf86fd3');
INSERT INTO public.audit VALUES (3, '\x9a11ff5c3d833f37aba0667b940319f0', 1795563053, 'operator', 'spare.make', '2 tickets from number 1', '\x9a3f2ad9a54555284f555030ba74b5fa6e4eb4b5ba912553ee700358c9ea5f3a');
INSERT INTO public.audit VALUES (4, '\x9a11ff5c3d833f37aba0667b940319f0', 1795563053, 'olga', 'sign-in', '', '\xa419d394befb19d6c627d55ad1a6b68b6c602e15ff787e382381d67723328481');
INSERT INTO public.audit_head VALUES (1, 4, '\xa419d394befb19d6c627d55ad1a6b68b6c602e15ff787e382381d67723328481');
INSERT INTO public.booking VALUES (1882784324451851590, 3, '\x9a11ff5c3d833f37aba0667b940319f0', 1, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784324451851590, 4, '\x9a11ff5c3d833f37aba0667b940319f0', NULL, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784324456389041, 3, '\x9a11ff5c3d833f37aba0667b940319f0', 2, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784324456389041, 4, '\x9a11ff5c3d833f37aba0667b940319f0', NULL, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784324456389042, 3, '\x9a11ff5c3d833f37aba0667b940319f0', 2, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784324456389042, 4, '\x9a11ff5c3d833f37aba0667b940319f0', NULL, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.checkpoint VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 1, NULL, 'Gate');
INSERT INTO public.checkpoint VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 1, NULL, 'Bridge');
INSERT INTO public.checkpoint VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 2, NULL, 'Tent');
INSERT INTO public.checkpoint VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 4, 3, NULL, 'Door');
INSERT INTO public.checkpoint VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 5, 4, NULL, 'Door');
INSERT INTO public.consent VALUES (1882784324442814053, 1, 1, 1795563053, 1, 'en');
INSERT INTO public.county VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 'Shasta', 1);
INSERT INTO public.county VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 'Butte', 1);
INSERT INTO public.county VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 'San Diego', 2);
INSERT INTO public.definition VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', '{"slug":"far-picnic","zone":"America/Los_Angeles","title":{"en":"Far picnic","es":"Picnic lejano"},"text":{},"contact":"help@example.org","starts":"2090-04-04T08:00","ends":"2090-04-05T17:00","registration":{"opens":"2026-01-01T00:00","closes":"2090-04-05T12:00"},"retention":{"logistics_days":7,"identity_days":30},"regions":[{"code":"north","name":{"en":"North"},"counties":["Shasta","Butte"]},{"code":"south","name":{"en":"South"},"counties":["San Diego"]}],"sessions":[{"code":"meadow","kind":"day","title":{"en":"Meadow"},"starts":"2090-04-04T08:00","ends":"2090-04-05T17:00","place":{"en":"Meadow"},"door":"open","reentry":"again","checkpoints":[{"name":"Gate"},{"name":"Bridge"}]},{"code":"lunch","kind":"meal","title":{"en":"Lunch"},"starts":"2090-04-04T12:00","ends":"2090-04-04T13:00","place":{"en":"Tent"},"capacity":4,"door":"listed","reentry":"once","checkpoints":[{"name":"Tent"}]},{"code":"bus","kind":"bus","title":{"en":"Bus"},"starts":"2090-04-04T05:00","ends":"2090-04-04T08:00","place":{"en":"Road"},"region":"south","capacity":4,"waitlist":true,"door":"listed","reentry":"once","return":"home","stops":[{"no":1,"place":{"en":"Plaza"},"departs":"2090-04-04T05:00","capacity":1},{"no":2,"place":{"en":"Park"},"departs":"2090-04-04T05:30"}],"checkpoints":[{"name":"Door"}]},{"code":"home","kind":"bus","title":{"en":"Home"},"starts":"2090-04-05T14:00","ends":"2090-04-05T17:00","place":{"en":"Road"},"capacity":4,"door":"listed","reentry":"once","checkpoints":[{"name":"Door"}]}],"options":[{"code":"open","title":{"en":"Just come"},"includes":["meadow"]},{"code":"lunch","title":{"en":"With lunch"},"includes":["meadow","lunch"],"capacity":4,"waitlist":true,"fee":{"amount":500,"currency":"USD"}},{"code":"ride","title":{"en":"With a seat"},"includes":["meadow"],"choose":[{"code":"seat","of":["bus"],"min":1,"max":1}]}],"delegations":[{"code":"CHOIR","name":"Choir","region":"south","expected":5},{"code":"BAND","name":"Band","region":"north"}],"questions":[{"code":"shirt","type":"choice","label":{"en":"Shirt"},"choices":[{"code":"s","label":{"en":"Small"}},{"code":"l","label":{"en":"Large"}}],"required":false,"purpose":{"en":"To have enough."},"seen_by":["staff"],"days_kept":7}],"links":[]}');
INSERT INTO public.delegation VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 'CHOIR', 2, 5, 0, 1);
INSERT INTO public.delegation VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 'BAND', 1, NULL, 0, 1);
INSERT INTO public.device VALUES (1882784324460704438, '\x9a11ff5c3d833f37aba0667b940319f0', 'Gate 1', 'scan', '\xd8fcf4f3d2618b97088b498b04c31e0b27efa31b801bda0332eb0858b441ee81', 1795563653, NULL, '\xef591fa77d282709656bd2eb68004fb907f08173af7967527f58bb54f36262af', 1795563053, 3795163200, NULL);
INSERT INTO public.device VALUES (1882784324460704595, '\x9a11ff5c3d833f37aba0667b940319f0', 'Tent 1', 'supervisor', '\xf4126af282453c92fe35627b7637c317444fb9f4a0e0eb95ba993795c1f326e8', 1795563653, NULL, '\xe75744dc1f37f30da7ea857d1096afbb9648488b0b12ae3f61e4deafb455d25b', 1795563053, 3795163200, NULL);
INSERT INTO public.device_checkpoint VALUES (1882784324460704438, 1, '\x9a11ff5c3d833f37aba0667b940319f0');
INSERT INTO public.device_checkpoint VALUES (1882784324460704438, 2, '\x9a11ff5c3d833f37aba0667b940319f0');
INSERT INTO public.device_checkpoint VALUES (1882784324460704595, 3, '\x9a11ff5c3d833f37aba0667b940319f0');
INSERT INTO public.device_seen VALUES (1882784324460704438, 1795563053, 0);
INSERT INTO public.device_seen VALUES (1882784324460704595, 1795563053, 0);
INSERT INTO public.event VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 'far-picnic', 'America/Los_Angeles', 'open', 1, 18, 13, 6716383066262593001, '\x34c86c6f28fd248057a46245069db006', 3795001200, 3795120000, 0);
INSERT INTO public.option VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 'open', 1767254400, 3795102000, NULL, 0);
INSERT INTO public.option VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 'ride', 1767254400, 3795102000, NULL, 0);
INSERT INTO public.option VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 'lunch', 1767254400, 3795102000, 4, 4);
INSERT INTO public.option_session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 1, 0);
INSERT INTO public.option_session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 1, 0);
INSERT INTO public.option_session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 2, 0);
INSERT INTO public.option_session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 1, 0);
INSERT INTO public.option_session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 3, 1);
INSERT INTO public.outbox VALUES ('confirm:1a20fe5e1f167665', '\x9a11ff5c3d833f37aba0667b940319f0', 'confirmation', 1882784324442814053, 1795563053, 1795563053, 0, 'waiting', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.outbox VALUES ('confirm:1a20fe5e1fa05d46', '\x9a11ff5c3d833f37aba0667b940319f0', 'confirmation', 1882784324451851590, 1795563053, 1795563053, 0, 'call', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.presence VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 1882784324442814053, 1795563053627, 1, 1882784324460704438, -1125905679105414045, 1, 10);
INSERT INTO public.presence VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 1882784324451851590, 1795563053630, 1, 1882784324460704438, -1125905679105414045, 2, 11);
INSERT INTO public.presence VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 1882784324442814053, 1795563053633, 3, 1882784324460704595, -2217553935948205937, 1, 13);
INSERT INTO public.region VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 'north');
INSERT INTO public.region VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 'south');
INSERT INTO public.registration VALUES (1882784323863496018, '\x9a11ff5c3d833f37aba0667b940319f0', '\xc3bc48dea389f2261859d854e94d3e7a', '\x96680ca7b411cbd4d7c3c2bd1a79628dd7b76a0c1b6cee6bb1c1ec0d7464eeee', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784323863496019, '\x9a11ff5c3d833f37aba0667b940319f0', '\x59cf3453f291aef918ceb596d2b3689f', '\x9bd277786c810f3cba789d789e351bb2cb5ebe162e045e302885dedba16f6508', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784323863496020, '\x9a11ff5c3d833f37aba0667b940319f0', '\xf74bda1802f0695ad8090dc88d2ab71c', '\x35fee76b85a0c2698af118c48b6d3280993dfcbfe8a26e7caa7c1d3efbe11e1d', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324442814053, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e1e9ec8adf3e4ca97b52c90e', '\x2223b99de0275a113509b57e7a047801cc54cece1eb538700bf71d1d73258cfa', '\xb48670f4f10bebc9532d963bdff5d3c8a20a3098fea915775add16a870054a55', 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324451851590, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e1f8b83bb48398d73ed8463c', '\xa22986a104647e052fd6f43d6a906ad7c30af35300d24bf8128e066cc8dd9881', NULL, 'es', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324456389041, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e1fd86f056c0ca20c3c8c5ba', '\xd7bf5a34719357e2d2e4514236879dc70ab9259c53953ae5f63858caefd1594d', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324460704365, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e20197c5094e1ddd17b81cb1', '\x2be67a63f8cd430dd684caf0367ad8f55967b0ddd313ca3178e9c2d8015b0439', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324530615934, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e2444c63a88f4b76402f6321', '\x8bc9ad6aacb824cff7bb8df94c6415a0b046b9768892098d4977c3a04dd30599', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324653709943, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e2b85152e118a9a1f1018e1f', '\x4d3ac1abc25b8058cc97964a7a851c773e05d7c37423b2cc9435a6092c9ebf8d', NULL, 'en', 1, 1795563053);
INSERT INTO public.registration VALUES (1882784324657033642, '\x9a11ff5c3d833f37aba0667b940319f0', '\x01a20fe5e2bb911c7408661ff60d5db3', '\x61e340111d034f497c488149377410e8c2f03197906bd65e3764536ea1ded9d4', NULL, 'en', 1, 1795563053);
INSERT INTO public.scan VALUES (1882784324460704438, -1125905679105414045, 1, 0, '\x9a11ff5c3d833f37aba0667b940319f0', 1, 1, -8211151908961855444, 'admit', NULL, 1795563053627, 2499, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 10, 3953298583769411383, NULL);
INSERT INTO public.scan VALUES (1882784324460704438, -1125905679105414045, 2, 0, '\x9a11ff5c3d833f37aba0667b940319f0', 1, 1, 6006694201192472137, 'admit', NULL, 1795563053630, 2502, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 11, -1290892260835322817, NULL);
INSERT INTO public.scan VALUES (1882784324460704438, -1125905679105414045, 3, 0, '\x9a11ff5c3d833f37aba0667b940319f0', 1, 1, -8211151908961855444, 'again', NULL, 1795563053632, 2504, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 12, -5051880032335678534, NULL);
INSERT INTO public.scan VALUES (1882784324460704595, -2217553935948205937, 1, 0, '\x9a11ff5c3d833f37aba0667b940319f0', 2, 3, -8211151908961855444, 'admit', NULL, 1795563053633, 2505, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 13, 2291398133037903667, NULL);
INSERT INTO public.scan VALUES (1882784324460704595, -2217553935948205937, 2, 0, '\x9a11ff5c3d833f37aba0667b940319f0', 2, 3, -8211151908961855444, 'reject_used', NULL, 1795563053635, 2507, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 14, -8897018809203279184, NULL);
INSERT INTO public.scan VALUES (1882784324460704595, -2217553935948205937, 3, 0, '\x9a11ff5c3d833f37aba0667b940319f0', 2, 3, -3982327696151658701, 'reject_not_booked', NULL, 1795563053636, 2508, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 15, -1838587962449075963, NULL);
INSERT INTO public.schema_version VALUES (1, '0001.sql', '241e20613d4faff3334562b1ad470899b8348a179018bf67c2d07ff656683b52');
INSERT INTO public.schema_version VALUES (2, '0002.sql', '97774fff1dc47557f21a2e598ffbac28a9b9664cec040054f8bae85c73f932f6');
INSERT INTO public.schema_version VALUES (3, '0003.sql', '5e28430f65c6eb57c886ebb2b9563251d72055a0a78d627fbbfb3c4f4bf5a52f');
INSERT INTO public.schema_version VALUES (4, '0004.sql', '3827b4e6de18297d50405e2c544d4a8fbaf5c423d4a884bdd4d90867b5cf593f');
INSERT INTO public.schema_version VALUES (5, '0005.sql', 'a45dc2777d6d28570cf9314acb362961acecd8d9583c3118063b476b31dc9c48');
INSERT INTO public.schema_version VALUES (6, '0006.sql', '2bccc6780874388d469a9b26d5048c42f4aa14c94a2c74923561e7b3729dc07b');
INSERT INTO public.sealed VALUES (1882784323863496018, 0, 3797712000, '\x01000129917f5ae666138e1fa7d0298ca52f013054d2a7bc96e335e0f978d30ba1ca4ce882aec0bb33db72435d4aa4e533556853394206f242814012e72d5e379aa228a181dfc4f6ad016a');
INSERT INTO public.sealed VALUES (1882784323863496018, 1, 3795724800, '\x010001f845e017c0e2e4607e17ddcc580d42e21c885eb3a196f81c37acff4c7422e336e3a1643cf3fabd35091afb80dd4e106b0d6b1081d4c7e9af7c4a8d52d95dd08179acce3fbdf18883e32d3c1847eadd799aa7e8606482999c122db40e214909a5c80e74204f551098');
INSERT INTO public.sealed VALUES (1882784323863496019, 0, 3797712000, '\x010001b8f1e163a1bfe814563ceae646f01d17a5abbaa8c4782071ca8b63767b52d1344223ad6e7aedb207b51d2c9c61a0495a941094c0220894ac7524efbd42baeabccb2c9c87f1e1aaa1');
INSERT INTO public.sealed VALUES (1882784323863496019, 1, 3795724800, '\x01000102a35b006de66f8de391db9bfb98375d264b296cbd46117e60a846da6d4f01b2cceb31381af0e75c02beb6d503e85b1a2195d3f656f041e38e68695d86ac559adf504bfda3a65f253e9c3e0c2a2f57818c75607e61a46a6e0f4c3b224b9bfdccd4d9bc1a961411ee');
INSERT INTO public.sealed VALUES (1882784323863496020, 0, 3797712000, '\x010001c763212c9731fad567f9d38e41bd624662652ed37911a6a9e815f2b63ab18fb99c09c5fc0689785c2773aef69361223c39d60ca69cd61083faba311aa3ea3ed7f73cbc121a846dfc');
INSERT INTO public.sealed VALUES (1882784323863496020, 1, 3795724800, '\x010001d93ab9fe2832e5b3922a67d975d6a6c991b79f8d523955cb12bc0bb842474aafe2baba5e3713526fc4350e095602c4336e1544c5f1158fa6c7815a764ea15655ace1866febf361bf119c2041dcf38883955a62b08b7223c0546c4e8a8c7253d4e04c6476cfed10f5');
INSERT INTO public.sealed VALUES (1882784324442814053, 0, 3797712000, '\x010001db18adb8f6125e39f1eea586b4bb6a74c715bea1b0fa153a740bbd7e70287746797ec405213ab5d27d74a161364cc45dea02e3b9f3d2204e0a47f3aa076c2220eaa94238cdaec16407844c0515415463e8c77a069f59b219540c1b11a9291decca4aaa7c59852f6e47b204d0ed11a6da00065acf1593614d30c981c7f97713256808ca87b55acb4f');
INSERT INTO public.sealed VALUES (1882784324442814053, 1, 3795724800, '\x0100011d9c70a8d9fcb25ac132d50b74f2d503cc2c83b1ab09c61d300ab24ca96e72f263056db239fbaddcc4f0c53c13713f4462efb148328897536109e1cb815dceecda1754606f03064c09fb8059fd7f6216c9eb0e09b0f908c2e17ea2960a9913200dd1b68b53a5789ba3c4ec6d57098a61511480b95c875f7c121a88663a7343fc758a7a3ef57650a5d493f421dedd49ef1c63fa660c1da76ec7e4208bf0233bd514be12c7799df309');
INSERT INTO public.sealed VALUES (1882784324442814053, 2, 3795292800, '\x010001fc2c1de3ef4184503f8e0f628b7fcb00796d1e08802ca8a8a1c14502d56daeb785dddfd2568afc6c56aa44081a769037f87022879dd80f1e591c99dfdd1673b91244f82a13da2d9ad147e9cf70816296a6a34b9946aeebb3f85f78f85770a9d8752e0595b3e06ffd8b7f717dc4a8d707e53bbbd914c605343621ea9480eec20ebe5b053c08f871f5');
INSERT INTO public.sealed VALUES (1882784324451851590, 0, 3797712000, '\x0100015884479a5d914003f35ba6d1991b0bd1edb58667b9dad58671acd842e1d433da99573b6b6623077e0927786d758045625020c347b486de2fa487a519c210c6bd0c49d77a40f3769d3e8c32117c61c4cd5e81242a23de7b5a5c4c3d21b78c1731c97ef95e0ea69b63');
INSERT INTO public.sealed VALUES (1882784324451851590, 1, 3795724800, '\x01000197f28b1541fd7c37fae4a8ece7418850d443297a9bc2f087231d422655b93239070d70727ba44a9f6b83c8c870220ea8c24915f0998b8fb23b3f0da4fcc474ec107c26bde9daefa5e56918e1e42382090125415666b1d6bfea3cc9a7d6bb34e3abb5f99b7664e446');
INSERT INTO public.sealed VALUES (1882784324456389041, 0, 3797712000, '\x0100018fa787ab066c77510dc02685d30dd2240cc51b90db1003aa853d6709fe6c79d541e5fddd1c066c062f210e94b734e8426b08449e2b82af821d558d35ec3a4267339098b4524e0e9b');
INSERT INTO public.sealed VALUES (1882784324456389041, 1, 3795724800, '\x0100016e78545d1a69ee4591964f5997467ea18bbdc49eb649b1c1ab2401d938a4340cd6f32263e9b703d2d32ece4e4095fd0eed532ebe3ea59885e6a66dc9bab18933215a9d5d40bdf386');
INSERT INTO public.sealed VALUES (1882784324456389042, 0, 3797712000, '\x0100010ff9c95b270fe0749be75061e8282585bbfa0c0c58658d59bbd99fae9047370bd58f1d74e08f1466e64242a24aa4aabef94f3e18f1914bad1b71e186f6cfe94bf009bcd797b11518');
INSERT INTO public.sealed VALUES (1882784324456389042, 1, 3795724800, '\x01000169d38294e47d27269872ff9aad38b2837a46adc4e6533624e0a3f4ad1828f0d5113e1845cf538d4f01bd31fe6047cf88dce725c7acb5a239cbee2b0f02182566948ba0ff1f523776e83e475e3e871edb83c569f088bc39b22440e0cab7cd0e564ceb662e9e87e2b8');
INSERT INTO public.sealed VALUES (1882784324460704365, 0, 3797712000, '\x01000193c5b4ec174963010b456bb83430521ed4cd2ddcb2ce213c95031d96d5ffcaf791edf50e790a9e9a3742926dcfb7120de115dd533cdd9a7b3e7b4a85d0e9a25e3810e06c7accbe42');
INSERT INTO public.sealed VALUES (1882784324460704365, 1, 3795724800, '\x0100014c99a2bf6039612910f83a02b507792482cfa118495f4597482c69318e58464faaf9a2a4348cf7733f65432c5b47b3274ac46d03cc2f936465ffe1b29e56a54b8bb05ef5cbe3e3fd52a6a2271f8326298669ecf745f5f1f2d45f26ffd337e6e53e590da7dedf98ae');
INSERT INTO public.sealed VALUES (1882784324530615935, 0, 3797712000, '\x01000135b06da3ff2ebcacd3fde62f4941570c9112569f46de7f01e775d74ab817e34125508433d3833c938a64a9f4e0c66985f6a07654074fdb0d998712456bdc1f0a3b46a3c35245387a');
INSERT INTO public.sealed VALUES (1882784324653709943, 0, 3797712000, '\x01000143cb1c5e44fb0ac5a892a97714ba82340489e3a95e782b2e1ba616f2828728716eb941b44e6852d12bee90470c8aed4902af56c8b83ff6e5f6099ba8fdb591b61b36b72268e3184e');
INSERT INTO public.sealed VALUES (1882784324653709943, 1, 3795724800, '\x010001eeaf7ca38d9ec9359e0ab8e8229ec27134d194d4d6f4133296537c89f9ec96f20adcfd3a77643cbbfd0bb637613b8c74902983bce2581bf808324909af28554c773de8fde51afa9b');
INSERT INTO public.sealed VALUES (1882784324657033642, 0, 3797712000, '\x010001fd308c8569f8f25a447282af368f282651c8694970fa462502958e0adee658c50cdd846aa74ebfdc4c17e868f6e0d26c30d92b30799f260c0956ab1c380464e97680b8d0b4b595dc');
INSERT INTO public.sealed VALUES (1882784324657033642, 1, 3795724800, '\x01000146b8f92ad7b725a9915cf42154b3ef979a81bafb832a8effbc94c9a922f75c8b7589bbcd2dbc6596934ad9970825cfecc6998bde8fed4cc9e4ac5f787951d49f8340ff22624676ef');
INSERT INTO public.session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 1, 'meadow', 'day', 'open', 'again', 3795001200, 3795120000, NULL, NULL, 0, NULL);
INSERT INTO public.session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 'bus', 'bus', 'listed', 'once', 3794990400, 3795001200, 2, 4, 3, 4);
INSERT INTO public.session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 4, 'home', 'bus', 'listed', 'once', 3795109200, 3795120000, NULL, 4, 3, NULL);
INSERT INTO public.session VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 2, 'lunch', 'meal', 'listed', 'once', 3795015600, 3795019200, NULL, 4, 4, NULL);
INSERT INTO public.spare_sheet VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', '1-2', 2, 1, 4, 2, 1795563053);
INSERT INTO public.staff VALUES (1882784323862845792, 'olga', '$argon2id$v=19$m=65536,t=2,p=1$IX2P2v6/CU1e5+QvJ4BjkQ$bYrdSWPkHQDzZqpIgDqJZGvVbRzt0XQSxSN3SlR1i2E', NULL, 0, 1795563053);
INSERT INTO public.staff VALUES (1882784323863245892, 'regina', '$argon2id$v=19$m=65536,t=2,p=1$dHy9HLDO0B6bnURj0tx82Q$fUZinVTYLv1srywfuuXt96dSQhe6oLZOkikiQG9b6IU', NULL, 0, 1795563053);
INSERT INTO public.staff_role VALUES (1882784323862845792, '\x9a11ff5c3d833f37aba0667b940319f0', 'owner', NULL);
INSERT INTO public.staff_role VALUES (1882784323863245892, '\x9a11ff5c3d833f37aba0667b940319f0', 'region', 2);
INSERT INTO public.staff_session VALUES ('\x873f11b95fdf3842c492679b0a93f2761e1ddbdada6c05e34c29d9d420046a1c', 1882784323862845792, 1795563053, 1795563053, '\x9a11ff5c3d833f37aba0667b940319f0');
INSERT INTO public.stop VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 2, 3794992200, NULL, 0);
INSERT INTO public.stop VALUES ('\x9a11ff5c3d833f37aba0667b940319f0', 3, 1, 3794990400, 1, 1);
ALTER TABLE ONLY public.attendee
    ADD CONSTRAINT attendee_event_no_key UNIQUE (event, no);
ALTER TABLE ONLY public.attendee
    ADD CONSTRAINT attendee_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (one);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (no);
ALTER TABLE ONLY public.booking
    ADD CONSTRAINT booking_pkey PRIMARY KEY (attendee, session_no);
ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (event, no);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT consent_pkey PRIMARY KEY (attendee, kind);
ALTER TABLE ONLY public.county
    ADD CONSTRAINT county_pkey PRIMARY KEY (event, name);
ALTER TABLE ONLY public.definition
    ADD CONSTRAINT definition_pkey PRIMARY KEY (event);
ALTER TABLE ONLY public.delegation
    ADD CONSTRAINT delegation_event_code_key UNIQUE (event, code);
ALTER TABLE ONLY public.delegation
    ADD CONSTRAINT delegation_pkey PRIMARY KEY (event, no);
ALTER TABLE ONLY public.device_checkpoint
    ADD CONSTRAINT device_checkpoint_pkey PRIMARY KEY (device, checkpoint_no);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pairing_hash_key UNIQUE (pairing_hash);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device_seen
    ADD CONSTRAINT device_seen_pkey PRIMARY KEY (device);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_slug_key UNIQUE (slug);
ALTER TABLE ONLY public.late_scan
    ADD CONSTRAINT late_scan_pkey PRIMARY KEY (event, session_no);
ALTER TABLE ONLY public.old_ticket
    ADD CONSTRAINT old_ticket_event_typed_code_key UNIQUE (event, typed_code);
ALTER TABLE ONLY public.old_ticket
    ADD CONSTRAINT old_ticket_pkey PRIMARY KEY (event, mark);
ALTER TABLE ONLY public.option
    ADD CONSTRAINT option_event_code_key UNIQUE (event, code);
ALTER TABLE ONLY public.option
    ADD CONSTRAINT option_pkey PRIMARY KEY (event, no);
ALTER TABLE ONLY public.option_session
    ADD CONSTRAINT option_session_pkey PRIMARY KEY (event, option_no, session_no);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_new_pkey PRIMARY KEY (cause);
ALTER TABLE ONLY public.presence_gone
    ADD CONSTRAINT presence_gone_pkey PRIMARY KEY (event, session_no, attendee);
ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (event, session_no, attendee);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_content_hash_key UNIQUE (content_hash);
ALTER TABLE ONLY public.quarantine
    ADD CONSTRAINT quarantine_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.region
    ADD CONSTRAINT region_event_code_key UNIQUE (event, code);
ALTER TABLE ONLY public.region
    ADD CONSTRAINT region_pkey PRIMARY KEY (event, no);
ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_event_submission_key UNIQUE (event, submission);
ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.scan
    ADD CONSTRAINT scan_pkey PRIMARY KEY (device, epoch, seq, rev);
ALTER TABLE ONLY public.schema_version
    ADD CONSTRAINT schema_version_pkey PRIMARY KEY (no);
ALTER TABLE ONLY public.sealed
    ADD CONSTRAINT sealed_pkey PRIMARY KEY (owner, class);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_event_code_key UNIQUE (event, code);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (event, no);
ALTER TABLE ONLY public.spare_sheet
    ADD CONSTRAINT spare_sheet_event_first_no_key UNIQUE (event, first_no);
ALTER TABLE ONLY public.spare_sheet
    ADD CONSTRAINT spare_sheet_pkey PRIMARY KEY (event, ref);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_name_key UNIQUE (name);
ALTER TABLE ONLY public.staff
    ADD CONSTRAINT staff_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.staff_role
    ADD CONSTRAINT staff_role_pkey PRIMARY KEY (staff, event);
ALTER TABLE ONLY public.staff_session
    ADD CONSTRAINT staff_session_pkey PRIMARY KEY (id_hash);
ALTER TABLE ONLY public.stop
    ADD CONSTRAINT stop_pkey PRIMARY KEY (event, session_no, no);
ALTER TABLE ONLY public.tally
    ADD CONSTRAINT tally_pkey PRIMARY KEY (event, session_no, region_no, delegation_no);
ALTER TABLE ONLY public.verdict
    ADD CONSTRAINT verdict_pkey PRIMARY KEY (device, epoch, seq, rev, no);
CREATE INDEX attendee_changed ON public.attendee USING btree (event, changed);
CREATE INDEX attendee_delegation ON public.attendee USING btree (event, delegation_no) WHERE (delegation_no IS NOT NULL);
CREATE UNIQUE INDEX attendee_mark ON public.attendee USING btree (event, ((mark >> 19)));
CREATE INDEX attendee_merged ON public.attendee USING btree (merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX attendee_offered ON public.attendee USING btree (event, option_offer) WHERE (option_offer IS NOT NULL);
CREATE INDEX attendee_registration ON public.attendee USING btree (registration) WHERE (registration IS NOT NULL);
CREATE INDEX attendee_waiting ON public.attendee USING btree (event, option_no, option_queue) WHERE (option_queue IS NOT NULL);
CREATE INDEX booking_offered ON public.booking USING btree (event, offer) WHERE (offer IS NOT NULL);
CREATE INDEX booking_session ON public.booking USING btree (event, session_no, state, queue);
CREATE INDEX booking_waiting ON public.booking USING btree (event, session_no, queue) WHERE (queue IS NOT NULL);
CREATE INDEX old_ticket_attendee ON public.old_ticket USING btree (attendee);
CREATE INDEX old_ticket_changed ON public.old_ticket USING btree (event, changed);
CREATE INDEX outbox_call ON public.outbox USING btree (event, made) WHERE (state = 'call'::text);
CREATE INDEX outbox_due ON public.outbox USING btree (due) WHERE (state = 'waiting'::text);
CREATE INDEX outbox_given_up ON public.outbox USING btree (event, made) WHERE (state = 'given-up'::text);
CREATE INDEX presence_gone_version ON public.presence_gone USING btree (event, session_no, version);
CREATE INDEX presence_version ON public.presence USING btree (event, session_no, version);
CREATE INDEX registration_email ON public.registration USING btree (event, email_hash) WHERE (email_hash IS NOT NULL);
CREATE INDEX scan_arrival ON public.scan USING btree (event, arrival);
CREATE INDEX scan_mark ON public.scan USING btree (event, session_no, mark);
CREATE INDEX scan_void ON public.scan USING btree (void_device, void_epoch) WHERE (void_device IS NOT NULL);
ALTER TABLE ONLY public.attendee
    ADD CONSTRAINT attendee_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.attendee
    ADD CONSTRAINT attendee_registration_fkey FOREIGN KEY (registration) REFERENCES public.registration(id);
ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_event_session_no_fkey FOREIGN KEY (event, session_no) REFERENCES public.session(event, no);
ALTER TABLE ONLY public.county
    ADD CONSTRAINT county_event_region_no_fkey FOREIGN KEY (event, region_no) REFERENCES public.region(event, no);
ALTER TABLE ONLY public.definition
    ADD CONSTRAINT definition_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.delegation
    ADD CONSTRAINT delegation_event_region_no_fkey FOREIGN KEY (event, region_no) REFERENCES public.region(event, no);
ALTER TABLE ONLY public.device_checkpoint
    ADD CONSTRAINT device_checkpoint_device_fkey FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.device
    ADD CONSTRAINT device_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.device_seen
    ADD CONSTRAINT device_seen_device_fkey FOREIGN KEY (device) REFERENCES public.device(id);
ALTER TABLE ONLY public.old_ticket
    ADD CONSTRAINT old_ticket_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.option
    ADD CONSTRAINT option_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.option_session
    ADD CONSTRAINT option_session_event_option_no_fkey FOREIGN KEY (event, option_no) REFERENCES public.option(event, no);
ALTER TABLE ONLY public.option_session
    ADD CONSTRAINT option_session_event_session_no_fkey FOREIGN KEY (event, session_no) REFERENCES public.session(event, no);
ALTER TABLE ONLY public.region
    ADD CONSTRAINT region_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.registration
    ADD CONSTRAINT registration_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.spare_sheet
    ADD CONSTRAINT spare_sheet_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.staff_role
    ADD CONSTRAINT staff_role_staff_fkey FOREIGN KEY (staff) REFERENCES public.staff(id);
ALTER TABLE ONLY public.staff_session
    ADD CONSTRAINT staff_session_staff_fkey FOREIGN KEY (staff) REFERENCES public.staff(id);
ALTER TABLE ONLY public.stop
    ADD CONSTRAINT stop_event_session_no_fkey FOREIGN KEY (event, session_no) REFERENCES public.session(event, no);
