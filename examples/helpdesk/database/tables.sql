create table tickets (
  id int generated always as identity primary key,
  title text not null,
  text text not null,
  priority text not null,
  status text not null default 'open',
  owner text not null,
  version int not null default 1,
  "openedAt" timestamptz(3) not null default now(),
  "changedAt" timestamptz(3) not null default now(),
  "idempotencyKey" text,
  unique (owner, "idempotencyKey")
);

create table comments (
  id int generated always as identity primary key,
  "ticketId" int not null references tickets on delete cascade,
  author text not null,
  text text not null,
  at timestamptz(3) not null default now()
);
create index on comments ("ticketId", id);

create table attachments (
  "ticketId" int not null references tickets on delete cascade,
  name text not null,
  content bytea not null,
  primary key ("ticketId", name)
);

create table events (
  id int generated always as identity primary key,
  kind text not null,
  "ticketId" int not null,
  owner text not null,
  at timestamptz(3) not null default now()
);

create table keys (
  hash text primary key,
  machine text not null unique
);
