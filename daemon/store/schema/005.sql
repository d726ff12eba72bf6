-- SPDX-License-Identifier: MIT
-- Version 5: suspended services are found without a walk through all accounts (R16).

create index instalment_suspended on instalment (account) where is_suspended = 1;
