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
    asked_no bigint,
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
CREATE TABLE public.consent_text (
    kind smallint NOT NULL,
    lang text NOT NULL,
    version bigint NOT NULL,
    since bigint NOT NULL,
    words text NOT NULL
);
CREATE TABLE public.counted (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    region_no bigint NOT NULL,
    delegation_no bigint NOT NULL,
    expected bigint NOT NULL,
    came bigint NOT NULL,
    walk_in bigint NOT NULL
);
CREATE TABLE public.counted_arrival (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    region_no bigint NOT NULL,
    slot bigint NOT NULL,
    came bigint NOT NULL
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
    name text,
    by_hand smallint DEFAULT 0 NOT NULL,
    made bigint,
    own smallint DEFAULT 0 NOT NULL,
    seen bigint,
    closed bigint,
    merged_no bigint,
    captain bigint,
    CONSTRAINT delegation_by_hand_check CHECK ((by_hand = ANY (ARRAY[0, 1]))),
    CONSTRAINT delegation_listed_check CHECK ((listed = ANY (ARRAY[0, 1]))),
    CONSTRAINT delegation_own_check CHECK ((own = ANY (ARRAY[0, 1])))
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
CREATE TABLE public.erasure (
    attendee bigint NOT NULL,
    event bytea NOT NULL,
    asked bigint NOT NULL,
    done bigint,
    listed smallint DEFAULT 0 NOT NULL,
    CONSTRAINT erasure_listed_check CHECK ((listed = ANY (ARRAY[0, 1])))
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
    key_no bigint DEFAULT 1 NOT NULL,
    key_version bigint DEFAULT 0 NOT NULL,
    group_version bigint DEFAULT 0 NOT NULL,
    CONSTRAINT event_check CHECK ((ends >= starts)),
    CONSTRAINT event_id_check CHECK ((length(id) = 16)),
    CONSTRAINT event_last_no_check CHECK ((last_no <= 16777215)),
    CONSTRAINT event_salt_check CHECK ((length(salt) = 16)),
    CONSTRAINT event_state_check CHECK (((state = 'open'::text) OR (state = 'closed'::text) OR (state = 'expired'::text)))
);
CREATE TABLE public.expiry (
    event bytea NOT NULL,
    part smallint NOT NULL,
    key_no bigint NOT NULL,
    at bigint NOT NULL,
    CONSTRAINT expiry_part_check CHECK (((part >= 0) AND (part <= 3)))
);
CREATE TABLE public.hold (
    id bigint NOT NULL,
    event bytea NOT NULL,
    scope text NOT NULL,
    no bigint NOT NULL,
    reason text NOT NULL,
    made bigint NOT NULL,
    released bigint,
    listed smallint DEFAULT 0 NOT NULL,
    CONSTRAINT hold_listed_check CHECK ((listed = ANY (ARRAY[0, 1]))),
    CONSTRAINT hold_scope_check CHECK (((scope = 'event'::text) OR (scope = 'region'::text) OR (scope = 'delegation'::text) OR (scope = 'person'::text)))
);
CREATE TABLE public.informed (
    id bigint NOT NULL,
    email_hash bytea NOT NULL,
    sealed bytea NOT NULL,
    lang text NOT NULL,
    region text NOT NULL,
    source text NOT NULL,
    text_version bigint NOT NULL,
    text_lang text NOT NULL,
    asked bigint NOT NULL,
    told bigint NOT NULL,
    confirmed bigint,
    CONSTRAINT informed_source_check CHECK ((source = ANY (ARRAY['form'::text, 'registration'::text])))
);
CREATE TABLE public.late_scan (
    event bytea NOT NULL,
    session_no bigint NOT NULL,
    counted bigint NOT NULL
);
CREATE TABLE public.message (
    id bigint NOT NULL,
    event bytea NOT NULL,
    submission bytea NOT NULL,
    who text NOT NULL,
    region_no bigint NOT NULL,
    filter text NOT NULL,
    sealed bytea NOT NULL,
    made bigint NOT NULL,
    late_until bigint NOT NULL,
    seen bigint,
    told bigint DEFAULT 0 NOT NULL
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
CREATE TABLE public.reminder (
    event bytea NOT NULL,
    starts bigint NOT NULL,
    at bigint NOT NULL,
    told bigint NOT NULL
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
INSERT INTO public.attendee VALUES (1882784327009295875, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1882784327009295875, 1, 2, 2, 'confirmed', 'en', 0, NULL, 0, 'due', 'active', NULL, 1, 5120076164341100239, '8W72M976F0', '\x0149505be2085362', 1, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327009295876, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 1882784327009295876, 1, 2, 2, 'confirmed', 'en', 0, NULL, 0, 'due', 'active', NULL, 2, 949296345259907133, '1MP97ZRNSE', '\x2f45398e9afb8977', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327009295877, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 1882784327009295877, 1, 2, 1, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 3, -3949297114395936401, 'S4RMECPZYK', '\x399c9e1bd374873f', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327009122270, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 4, NULL, NULL, 2, NULL, NULL, 'en', 0, NULL, 1, 'free', 'active', NULL, 5, -2053262240847026989, 'WE0NHQPZJS', '\x4a22eac09f031392', 6, 0, 1, 2, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327009122557, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 5, NULL, NULL, 2, NULL, NULL, 'en', 0, NULL, 1, 'free', 'active', NULL, 5, 4018076208166139445, '6Z1H61EC61', '\x77946a0ea3bd1e79', 6, 0, 1, 2, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327855674088, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 6, 1882784327855674088, NULL, 1, 2, 'confirmed', 'en', 0, NULL, 0, 'due', 'active', NULL, 6, 8688048462728772927, 'F292C2XCAQ', '\xf83b5a137b672815', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327864204680, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 7, 1882784327864204680, NULL, 2, 3, 'confirmed', 'es', 0, NULL, 0, 'free', 'active', NULL, 7, -4249712763244094352, 'RM2ZSGFXC2', '\x20350300ddda3e72', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327868797569, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 8, 1882784327868797569, NULL, 1, 3, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 8, -2261384335025465310, 'W2EZ5VDT57', '\x686eef7a499486db', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327868797570, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 9, 1882784327868797569, NULL, 1, 3, 'confirmed', 'en', 2, NULL, 0, 'free', 'active', NULL, 8, -7936828381315218441, 'J7DBH8V8E9', '\xeb7f84134ae64d0e', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327873056658, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 10, 1882784327873056658, NULL, 1, 1, 'confirmed', 'en', 0, NULL, 0, 'free', 'active', NULL, 9, -1073456882401612987, 'Y4D519S2RF', '\xcc2b77a98245f42d', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784327939746116, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 11, 1882784327939746115, NULL, 2, 2, 'confirmed', 'en', 0, NULL, 1, 'due', 'active', NULL, 16, -6340827101073207142, 'N00DPP62B1', '\x0853b1e02ce5c9e0', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784328060136431, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 12, 1882784328060136431, NULL, 1, 2, 'waitlisted', 'en', 0, NULL, 0, 'due', 'active', NULL, 17, -5079271511920025728, 'Q61CTY4P7Y', '\xdba5530d50c61afd', 0, 0, 1, NULL, 544, NULL, NULL);
INSERT INTO public.attendee VALUES (1882784328063428557, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 13, 1882784328063428557, NULL, 1, 1, 'confirmed', 'en', 0, NULL, 0, 'free', 'cancelled', NULL, 19, 2529850054414795704, '4CDXAE44CF', '\xef3756fe6f7f72f8', 0, 0, 1, NULL, NULL, NULL, NULL);
INSERT INTO public.audit VALUES (1, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1795563056, 'operator', 'role', 'olga: owner', '\x9ef35aa22c09c106ad1ac49b32a23f1f56f6e9436e723d7fcdcda99e5b490522');
INSERT INTO public.audit VALUES (2, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1795563056, 'operator', 'role', 'regina: region south', '\x21229beee73a737cb4e716157a16746f2b1e318c72c7c22a943734015b3d06b4');
INSERT INTO public.audit VALUES (3, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1795563056, 'operator', 'spare.make', '2 tickets from number 1', '\x2ffd4df04485a1b7512d6b45ef05f1af4df0f4010f8b1e0a7bc192f792484014');
INSERT INTO public.audit VALUES (4, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1795563056, 'olga', 'sign-in', '', '\xbebaae7695cab38c6313b433cbfb2a3ba76453b4ff84f2c852c8082d0092da61');
INSERT INTO public.audit_head VALUES (1, 4, '\xbebaae7695cab38c6313b433cbfb2a3ba76453b4ff84f2c852c8082d0092da61');
INSERT INTO public.booking VALUES (1882784327864204680, 3, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784327864204680, 4, '\x2c8d9f21172e8e78ee89fffc338aa9fa', NULL, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784327868797569, 3, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784327868797569, 4, '\x2c8d9f21172e8e78ee89fffc338aa9fa', NULL, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784327868797570, 3, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.booking VALUES (1882784327868797570, 4, '\x2c8d9f21172e8e78ee89fffc338aa9fa', NULL, NULL, 'confirmed', NULL, NULL);
INSERT INTO public.checkpoint VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1, NULL, 'Gate');
INSERT INTO public.checkpoint VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 1, NULL, 'Bridge');
INSERT INTO public.checkpoint VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 2, NULL, 'Tent');
INSERT INTO public.checkpoint VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 4, 3, NULL, 'Door');
INSERT INTO public.checkpoint VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 5, 4, NULL, 'Door');
INSERT INTO public.consent VALUES (1882784327855674088, 1, 1, 1795563056, 1, 'en');
INSERT INTO public.consent_text VALUES (1, 'en', 1, 1795563056, 'Keep me informed about this event and the next ones.');
INSERT INTO public.county VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 'Shasta', 1);
INSERT INTO public.county VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 'Butte', 1);
INSERT INTO public.county VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 'San Diego', 2);
INSERT INTO public.definition VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', '{"slug":"far-picnic","zone":"America/Los_Angeles","title":{"en":"Far picnic","es":"Picnic lejano"},"text":{},"contact":"help@example.org","starts":"2090-04-04T08:00","ends":"2090-04-05T17:00","registration":{"opens":"2026-01-01T00:00","closes":"2090-04-05T12:00"},"retention":{"logistics_days":7,"identity_days":30},"regions":[{"code":"north","name":{"en":"North"},"counties":["Shasta","Butte"]},{"code":"south","name":{"en":"South"},"counties":["San Diego"]}],"sessions":[{"code":"meadow","kind":"day","title":{"en":"Meadow"},"starts":"2090-04-04T08:00","ends":"2090-04-05T17:00","place":{"en":"Meadow"},"door":"open","reentry":"again","checkpoints":[{"name":"Gate"},{"name":"Bridge"}]},{"code":"lunch","kind":"meal","title":{"en":"Lunch"},"starts":"2090-04-04T12:00","ends":"2090-04-04T13:00","place":{"en":"Tent"},"capacity":4,"door":"listed","reentry":"once","checkpoints":[{"name":"Tent"}]},{"code":"bus","kind":"bus","title":{"en":"Bus"},"starts":"2090-04-04T05:00","ends":"2090-04-04T08:00","place":{"en":"Road"},"region":"south","capacity":4,"waitlist":true,"door":"listed","reentry":"once","return":"home","stops":[{"no":1,"place":{"en":"Plaza"},"departs":"2090-04-04T05:00","capacity":1},{"no":2,"place":{"en":"Park"},"departs":"2090-04-04T05:30"}],"checkpoints":[{"name":"Door"}]},{"code":"home","kind":"bus","title":{"en":"Home"},"starts":"2090-04-05T14:00","ends":"2090-04-05T17:00","place":{"en":"Road"},"capacity":4,"door":"listed","reentry":"once","checkpoints":[{"name":"Door"}]}],"options":[{"code":"open","title":{"en":"Just come"},"includes":["meadow"]},{"code":"lunch","title":{"en":"With lunch"},"includes":["meadow","lunch"],"capacity":4,"waitlist":true,"fee":{"amount":500,"currency":"USD"}},{"code":"ride","title":{"en":"With a seat"},"includes":["meadow"],"choose":[{"code":"seat","of":["bus"],"min":1,"max":1}]}],"delegations":[{"code":"CHOIR","name":"Choir","region":"south","expected":5},{"code":"BAND","name":"Band","region":"north"}],"questions":[{"code":"shirt","type":"choice","label":{"en":"Shirt"},"choices":[{"code":"s","label":{"en":"Small"}},{"code":"l","label":{"en":"Large"}}],"required":false,"purpose":{"en":"To have enough."},"seen_by":["staff"],"days_kept":7}],"links":[]}');
INSERT INTO public.delegation VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 'BAND', 1, NULL, 0, 1, NULL, 0, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO public.delegation VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 'CHOIR', 2, 5, 0, 1, NULL, 0, NULL, 0, NULL, NULL, NULL, 1882784327009295875);
INSERT INTO public.device VALUES (1882784327873056884, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 'Gate 1', 'scan', '\x41a7a0f38d0e9fa6dbbae39c4c9ddffea2d6780c991587ffee88c94c871b326f', 1795563656, NULL, '\xd8af4adc4bbdc07c26c42c9654afb022036f01fdd6ded14189bf0febfbc121f8', 1795563056, 3795163200, NULL);
INSERT INTO public.device VALUES (1882784327873056953, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 'Tent 1', 'supervisor', '\x62e08e92e725487dabe6a29c5984b71b86d6e6bd4e13a2bca11adf97e9e0c139', 1795563656, NULL, '\x90a129dd67f4d60948caff476bd28e0e4c9456334a7b9d395297339f39ebdc40', 1795563056, 3795163200, NULL);
INSERT INTO public.device_checkpoint VALUES (1882784327873056884, 1, '\x2c8d9f21172e8e78ee89fffc338aa9fa');
INSERT INTO public.device_checkpoint VALUES (1882784327873056884, 2, '\x2c8d9f21172e8e78ee89fffc338aa9fa');
INSERT INTO public.device_checkpoint VALUES (1882784327873056953, 3, '\x2c8d9f21172e8e78ee89fffc338aa9fa');
INSERT INTO public.device_seen VALUES (1882784327873056884, 1795563056, 0);
INSERT INTO public.device_seen VALUES (1882784327873056953, 1795563056, 0);
INSERT INTO public.event VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 'far-picnic', 'America/Los_Angeles', 'open', 1, 19, 13, 8860372615344629724, '\xd0d1b584264e64c99ee15563a13d809e', 3795001200, 3795120000, 0, 1, 0, 0);
INSERT INTO public.option VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 'open', 1767254400, 3795102000, NULL, 0);
INSERT INTO public.option VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 'ride', 1767254400, 3795102000, NULL, 0);
INSERT INTO public.option VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 'lunch', 1767254400, 3795102000, 4, 4);
INSERT INTO public.option_session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1, 0);
INSERT INTO public.option_session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 1, 0);
INSERT INTO public.option_session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 2, 0);
INSERT INTO public.option_session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 1, 0);
INSERT INTO public.option_session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 3, 1);
INSERT INTO public.outbox VALUES ('confirm:1a20fe5eea8292e8', '\x2c8d9f21172e8e78ee89fffc338aa9fa', 'confirmation', 1882784327855674088, 1795563056, 1795563056, 0, 'waiting', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.outbox VALUES ('confirm:1a20fe5eeb04bd88', '\x2c8d9f21172e8e78ee89fffc338aa9fa', 'confirmation', 1882784327864204680, 1795563056, 1795563056, 0, 'call', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.presence VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1882784327855674088, 1795563056878, 1, 1882784327873056884, -983036477217394876, 1, 10);
INSERT INTO public.presence VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1882784327864204680, 1795563056882, 1, 1882784327873056884, -983036477217394876, 2, 11);
INSERT INTO public.presence VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 1882784327855674088, 1795563056885, 3, 1882784327873056953, -4372036902748530504, 1, 13);
INSERT INTO public.region VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 'north');
INSERT INTO public.region VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 'south');
INSERT INTO public.registration VALUES (1882784327009295875, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x04e542cb4116d721a06fb2e0236fbf1f', '\x2ec15a7c85ef2232842d58727f049f8f9afe25b43674de27a79bf69edb1e9012', NULL, 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327009295876, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x0190c767609b9e64f3a861f28674e59b', '\xef111466bb3d48e1e68675516cee02c66ec8bb3c6681affa3b58fbfed4b3cbaa', NULL, 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327009295877, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x3098e6a084758da03d768d5081a62e6b', '\x20aaad964d84c11433af64182200dbbe2637c35fd0476f2331b72a55de8a3f54', NULL, 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327855674088, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5ee9f96bd3cee5d2c96ff46dd', '\x5ceb58d9609e4e1ec2187e4181d20eb195f2d65f433ce0da83eda1abf0fb7343', '\x8c9ae02c2ad4d1a47a1fc9c915eca834be055da544e737e26f37f0d55c722533', 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327864204680, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5eeae9a8fd0e17e1bcb91c5e0', '\xf38bea8ee5262fef7a19067c727920df65c3142dd4a9cad4d1616b61b83c8640', NULL, 'es', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327868797569, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5eeb3ddf13112d0640550e78f', '\x0bc9137b734aafed155997401e817a7b558c059ccc90ddbb0e64674e3c0a4344', NULL, 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327873056658, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5eeb60888400fc60c56e84c25', '\xe7f4ab46a1815a836c3f1a116cd0bfa90a6aebff8de87662cd57fb42cd436e45', NULL, 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784327939746115, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5eef85c75707272deb38fb7f4', '\x05513fc1d545932f9ebe2d3d57790266c79401a1752d51696aab4605ecc5cae9', NULL, 'en', 1, 1795563056);
INSERT INTO public.registration VALUES (1882784328060136431, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5ef69234a38990baa963d2830', '\x3e1cfcabd943a4113b4e26fc478a7d869fe8c6b663d629909116ca18840ace04', NULL, 'en', 1, 1795563057);
INSERT INTO public.registration VALUES (1882784328063428557, '\x2c8d9f21172e8e78ee89fffc338aa9fa', '\x01a20fe5ef6d66a5648950de23a23aae', '\xe009e96f9a943d80d8d3c470cba98d48a1ecc18152f90d4698cae8a57a87e964', NULL, 'en', 1, 1795563057);
INSERT INTO public.scan VALUES (1882784327873056884, -983036477217394876, 1, 0, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1, 8688048462728772927, 'admit', NULL, 1795563056878, 2694, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 10, 4206268748991982977, NULL);
INSERT INTO public.scan VALUES (1882784327873056884, -983036477217394876, 2, 0, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1, -4249712763244094352, 'admit', NULL, 1795563056882, 2698, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 11, 5514133896041837615, NULL);
INSERT INTO public.scan VALUES (1882784327873056884, -983036477217394876, 3, 0, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 1, 8688048462728772927, 'again', NULL, 1795563056883, 2699, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 12, 7470372701411061030, NULL);
INSERT INTO public.scan VALUES (1882784327873056953, -4372036902748530504, 1, 0, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 3, 8688048462728772927, 'admit', NULL, 1795563056885, 2701, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 13, -4336959925128095851, NULL);
INSERT INTO public.scan VALUES (1882784327873056953, -4372036902748530504, 2, 0, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 3, 8688048462728772927, 'reject_used', NULL, 1795563056887, 2703, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 14, -3050447125636195584, NULL);
INSERT INTO public.scan VALUES (1882784327873056953, -4372036902748530504, 3, 0, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 3, -1073456882401612987, 'reject_not_booked', NULL, 1795563056887, 2704, 0, 20, 1, 1, NULL, NULL, NULL, NULL, NULL, 15, 349380965089427680, NULL);
INSERT INTO public.schema_version VALUES (1, '0001.sql', '241e20613d4faff3334562b1ad470899b8348a179018bf67c2d07ff656683b52');
INSERT INTO public.schema_version VALUES (2, '0002.sql', '97774fff1dc47557f21a2e598ffbac28a9b9664cec040054f8bae85c73f932f6');
INSERT INTO public.schema_version VALUES (3, '0003.sql', '5e28430f65c6eb57c886ebb2b9563251d72055a0a78d627fbbfb3c4f4bf5a52f');
INSERT INTO public.schema_version VALUES (4, '0004.sql', '3827b4e6de18297d50405e2c544d4a8fbaf5c423d4a884bdd4d90867b5cf593f');
INSERT INTO public.schema_version VALUES (5, '0005.sql', 'a45dc2777d6d28570cf9314acb362961acecd8d9583c3118063b476b31dc9c48');
INSERT INTO public.schema_version VALUES (6, '0006.sql', '2bccc6780874388d469a9b26d5048c42f4aa14c94a2c74923561e7b3729dc07b');
INSERT INTO public.schema_version VALUES (7, '0007.sql', '433d0e45edf414a141dbbe7848a6e8bb90a9d46200726e0f85efe68d2b7a625a');
INSERT INTO public.schema_version VALUES (8, '0008.sql', '97cade1085c27ba49ee74fbc43d8fa9eb2a2f0c80c4ef9b9277b9157da28464e');
INSERT INTO public.schema_version VALUES (9, '0009.sql', 'de07f4b242187865968a7165efc5e01f694d534ca99feb21f7e188ab020c529a');
INSERT INTO public.schema_version VALUES (10, '0010.sql', '966be0b86c86cf16b68034b503ad8e599214e2e36342363c6938382197b4b52d');
INSERT INTO public.schema_version VALUES (11, '0011.sql', '27fce6a72aba9fbf6206ce10181c9c4cd8c4ee5614231972116c98257f0f7597');
INSERT INTO public.schema_version VALUES (12, '0012.sql', 'a5c4fa913c121dae8fbce8e86a2dd87bec63c026273da14d528424e7e7e740f7');
INSERT INTO public.sealed VALUES (1882784327009295875, 0, 3797712000, '\x0100010362e71727624591b4f6009b7469f2c4efff83e82c0ca0a4cb7a14d1cb028d2efe437e686685228f29a8b12a284179eb1958161e19197c6d1aba26c56e87b0871d842979b9cbbad2');
INSERT INTO public.sealed VALUES (1882784327009295875, 1, 3795724800, '\x010001ae5aae1b4d33ba3445b7c093db904cfba1f21b427f78fb045cd1e498d4a1ece821d09b2e968aa7b92d31788a73408d37e8237351f640f247b1bc5898f7a887ec59216f2a90f0675b5dc526feb20fd35dd5eb6eef1d80dd4e4a897a88cfa3c20549252f4e589fb7c1');
INSERT INTO public.sealed VALUES (1882784327009295876, 0, 3797712000, '\x010001107f8066b339c200e34655798ebd8f34610b4162bdc0a73ced0e537c40c901d80da208afe709d81823422c89b71a05c55960da3a1f8ed2b93184818fa1da61922107af1d6112b299');
INSERT INTO public.sealed VALUES (1882784327009295876, 1, 3795724800, '\x010001ee0d67eb5786f79778ead23016fc6647639ca923e60f5d6e1eb347f29d82ed947a175e8d7eefa358149cd3cafe78445073eabed80b865838aee4f2d986d4e9164a394d174d6dde923d216c487653fa6c1e73ff08b04273e44b354ef419214030c09d5546bbbff234');
INSERT INTO public.sealed VALUES (1882784327009295877, 0, 3797712000, '\x010001f9e0d77db93eb5e380f5adef0f0fc4d1511483b571cd70350096dcc9915cd2659e021d4c93f8fb958c39e84754e34748ee5890de8078311b0ae8b1d639709dafe933cea57f4441d0');
INSERT INTO public.sealed VALUES (1882784327009295877, 1, 3795724800, '\x010001ae2d0dbd809f0abe1af64d219d5ee1c947067303733a529a51ccec05d438e19b715c125f1fd2f6655296e77901f4666fe09ccd26b4d27ea3c097215cb82773b9df52ff5b4c8cbb9833a1ff84afdeadc80e27a4334011dce4c5a9aa8833c687c617bad64af35b5a54');
INSERT INTO public.sealed VALUES (1882784327855674088, 0, 3797712000, '\x01000121c3f83d4fae65140fc5a030d38b2e2ad47824270aff2281218c1c24afbbd92ca2a54f38c502677a636d87c7749b2299da47e6546aca4e7309bda9578ef369c5d04d29414ab643460e5b805fcd0ba9b0b7bcab02192a05872e4412ccbe118cdf0c2e9f10b8fd33266cf6b861053ee71ff670d93eeb24285721f05a3d58cac4d066ae8fecdfbc69da');
INSERT INTO public.sealed VALUES (1882784327855674088, 1, 3795724800, '\x01000126ae49b1e6a02bf4b32062f4424433259d3221ad66d318e171aae6c273169c1691ef12ec170cf5228db16a40f628726fe995186c2d39072593dc6e0aa62b4d2d478a7ecd77d2b2c759e2c895138f9886a8a22f347a9657a6dcaf8b1fa403ae3cb2e0ca98cee8dba9f12e962ba6ea4c3f12d94b5b7f1698f6a7148f1899f0488ae65268d5f97f7572a2c5a5b70a6c8b5861edf6f797d56a5839ecc21c021706a7566db3f1f2762ac2');
INSERT INTO public.sealed VALUES (1882784327855674088, 2, 3795292800, '\x0100017d6c7b1d867e736b1d73bf0cebd49f239c836ef467065da0010b3e1062746364d051e52bbe6d3df4f74132dcfaaca25536e981c69297180d465e7f43ee21616555d1074c96b6a77747c54a35c781d7ec110d9565c3665d6b96d77c9ce5928e16306829fd84faf3867d52954b19d2defa81b0d7ae6d491fed1784e837371bbae21d5c5f1922d3bfb1');
INSERT INTO public.sealed VALUES (1882784327864204680, 0, 3797712000, '\x010001486a4fe9b93a1e0bbdeb8c2dbb388fb14288a479817a15f23220a13d20e7b0c971fe9c96f5e7cd6fede2e931ee945e9ca3c4f1092a233c30cacaf5d3bed03789d28addd7afc5f4e5f721c6c133f3fc34cb462d45ac3956722911cc0011d081f0732a5b8859e6151d');
INSERT INTO public.sealed VALUES (1882784327864204680, 1, 3795724800, '\x0100015f2de8c03854fe123386e38b99d2125cf393751b91e0baaa4713ec28e9d0dcd5f3858ce34d2b421e01fa2ae6cb9fc62e020c50aa1bacb85fee542daf87d79c3dfda508a4714eb989eb0b6e80202aa4148c8900ec7fb2a0789dd8e439cc420c8463c5960c01a022b2');
INSERT INTO public.sealed VALUES (1882784327868797569, 0, 3797712000, '\x010001b916ff97747a4050aa62692e94f91abc6392bede2e3be67471ec66725553dbdb88fd15de35edecd5a2cbe5b411515cbc46c355642fa2e399efab1628c1bd59d416b1f7075cd9e526');
INSERT INTO public.sealed VALUES (1882784327868797569, 1, 3795724800, '\x010001a513e745870a3d4d41975b5ca3837ed8892e77ad3da3ed4695dce96f7b24981f482a986214e7f58327d789fab9ad5808d963bfb2e9cf6ce1381c768730fae2f69ad8bb90740d5550');
INSERT INTO public.sealed VALUES (1882784327868797570, 0, 3797712000, '\x010001e4cd495182f3be31762981ae5b8154ea539c30641779c85cb6603d29f80fab75842a92b624c8bd465d08d55c5f1dd582d5586fc35113c52037f436fa99b2d6c97f88a3e7af80e10b');
INSERT INTO public.sealed VALUES (1882784327868797570, 1, 3795724800, '\x0100014d32f3af153913fe93cb00916ded7edd4bf0604c8db0cd07976d1ad94307e4b729abd2da3fb319069d70d55e0d0d5f6db63cca473b1af8d5b6e3b82b6f5aa1791988a78e083d1d444b94bced4f2a744354a9bda0d8a303fc8cc5111a4f0355007711dbfb05742e60');
INSERT INTO public.sealed VALUES (1882784327873056658, 0, 3797712000, '\x010001a5ead0be8197ea51052859e45c4f70539e82449a6e7d5563ac9b4e4c2228b0df473be22f24d24158e82202443f11919197392d754d09508d16de2eb1b6da06142051b0eac9d166f0');
INSERT INTO public.sealed VALUES (1882784327873056658, 1, 3795724800, '\x0100011efb67e2349f6d89c96a3280c54d53c8358712a89730eb4bd55aafaedff9aea2ad173f0630816639a7e0bf68f21d6fa84f655bf36eb030b2073c5154f8bee3341b142ac3b11149263a660aaab68ce3817a7e5dec62dd1cdca129434067605e8e46ea4df51606385e');
INSERT INTO public.sealed VALUES (1882784327939746116, 0, 3797712000, '\x0100015cb30bea4c596088b15e0e361f999e41d1b6a2fd5cbfd93fe4b37e7321148ef567b640a5b341a6a26e7c6170810defc76ca5b6582ded82378fd8a49fe00caed46da9256665346841');
INSERT INTO public.sealed VALUES (1882784328060136431, 0, 3797712000, '\x010001bc0e721b5bcca377821a15b2df592eacd8e2f23518983d5b06add72fe5a87192b5f6ed4f1d4b9ae13a104dbaabc90546a4cb6e27bea16848ca0c8b5dac8a855ecfbb53eb6fe88c60');
INSERT INTO public.sealed VALUES (1882784328060136431, 1, 3795724800, '\x010001f88c7f8a6b554dd413a0a941c23bb700b3feeab10746dd87ffa323ca27c750f5414dd0e8555e77307d1d1f7405cbd6cdfccc7fcafa693f10acbdaf928b6b83b3f33e1a54edbbc6f4');
INSERT INTO public.sealed VALUES (1882784328063428557, 0, 3795292800, '\x01000117b1d745e3fc90b28424cfd3db1d6bb7ae76b29a6bb946bd3d895fe717943efeda528cdc623e63e2e5308a52eb88caf6b90c3675554df8d6355f4a16a0852b114e1e6fec2275dbc1');
INSERT INTO public.sealed VALUES (1882784328063428557, 1, 3795292800, '\x010001c1f2a8f4bc05335e79c59bbf6fc26cf0fc41ec69777be039905604d43cb1e3dbcd4a80f6181fd06ceaae2587c1ab08af301b8238fd6c119e6a9923829c09e1b72a230f1b37433b6e');
INSERT INTO public.session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 1, 'meadow', 'day', 'open', 'again', 3795001200, 3795120000, NULL, NULL, 0, NULL);
INSERT INTO public.session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 'bus', 'bus', 'listed', 'once', 3794990400, 3795001200, 2, 4, 3, 4);
INSERT INTO public.session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 4, 'home', 'bus', 'listed', 'once', 3795109200, 3795120000, NULL, 4, 3, NULL);
INSERT INTO public.session VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 2, 'lunch', 'meal', 'listed', 'once', 3795015600, 3795019200, NULL, 4, 4, NULL);
INSERT INTO public.spare_sheet VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', '1-2', 2, 1, 4, 2, 1795563056);
INSERT INTO public.staff VALUES (1882784327008428751, 'olga', '$argon2id$v=19$m=65536,t=2,p=1$79zcQgJzvJXlLgSyv2zumw$9dXw0oqEyzluRWbAU7zqN/2f0tZo5jB57i4EaTw9z6c', NULL, 0, 1795563056);
INSERT INTO public.staff VALUES (1882784327008324970, 'regina', '$argon2id$v=19$m=65536,t=2,p=1$wZqIfXbm70seacnN/37fbg$qJfupMToSiBAzVsmYRoSq3VhRuxSBIBrL62iA22O0qo', NULL, 0, 1795563056);
INSERT INTO public.staff_role VALUES (1882784327008428751, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 'owner', NULL);
INSERT INTO public.staff_role VALUES (1882784327008324970, '\x2c8d9f21172e8e78ee89fffc338aa9fa', 'region', 2);
INSERT INTO public.staff_session VALUES ('\x3f885b2ff8d9ff7cb120c8ed9d3ed46be7ef221408e3f91e05b036d6ad366a60', 1882784327008428751, 1795563056, 1795563056, '\x2c8d9f21172e8e78ee89fffc338aa9fa');
INSERT INTO public.stop VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 2, 3794992200, NULL, 0);
INSERT INTO public.stop VALUES ('\x2c8d9f21172e8e78ee89fffc338aa9fa', 3, 1, 3794990400, 1, 1);
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
ALTER TABLE ONLY public.consent_text
    ADD CONSTRAINT consent_text_pkey PRIMARY KEY (kind, lang, version);
ALTER TABLE ONLY public.counted_arrival
    ADD CONSTRAINT counted_arrival_pkey PRIMARY KEY (event, session_no, region_no, slot);
ALTER TABLE ONLY public.counted
    ADD CONSTRAINT counted_pkey PRIMARY KEY (event, session_no, region_no, delegation_no);
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
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_pkey PRIMARY KEY (attendee);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_slug_key UNIQUE (slug);
ALTER TABLE ONLY public.expiry
    ADD CONSTRAINT expiry_pkey PRIMARY KEY (event, part);
ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.informed
    ADD CONSTRAINT informed_email_hash_key UNIQUE (email_hash);
ALTER TABLE ONLY public.informed
    ADD CONSTRAINT informed_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.late_scan
    ADD CONSTRAINT late_scan_pkey PRIMARY KEY (event, session_no);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_event_submission_key UNIQUE (event, submission);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_pkey PRIMARY KEY (id);
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
ALTER TABLE ONLY public.reminder
    ADD CONSTRAINT reminder_pkey PRIMARY KEY (event, starts);
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
CREATE INDEX attendee_asked ON public.attendee USING btree (event, asked_no) WHERE (asked_no IS NOT NULL);
CREATE INDEX attendee_cancelled ON public.attendee USING btree (event) WHERE (state = 'cancelled'::text);
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
CREATE INDEX erasure_unlisted ON public.erasure USING btree (event) WHERE (listed = 0);
CREATE INDEX erasure_waiting ON public.erasure USING btree (event) WHERE (done IS NULL);
CREATE INDEX hold_event ON public.hold USING btree (event) WHERE (released IS NULL);
CREATE INDEX informed_asked ON public.informed USING btree (asked) WHERE (confirmed IS NULL);
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
ALTER TABLE ONLY public.counted_arrival
    ADD CONSTRAINT counted_arrival_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.counted
    ADD CONSTRAINT counted_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
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
ALTER TABLE ONLY public.erasure
    ADD CONSTRAINT erasure_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.expiry
    ADD CONSTRAINT expiry_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.hold
    ADD CONSTRAINT hold_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
ALTER TABLE ONLY public.message
    ADD CONSTRAINT message_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
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
ALTER TABLE ONLY public.reminder
    ADD CONSTRAINT reminder_event_fkey FOREIGN KEY (event) REFERENCES public.event(id);
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
