-- SPDX-License-Identifier: MIT
-- Version 7: since when hours to wake at can have been missed.

alter table meta add column watched_since integer; -- the first start of a daemon

update meta set watched_since = last_wake;
