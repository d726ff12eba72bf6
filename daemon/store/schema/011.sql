-- SPDX-License-Identifier: MIT
-- Version 11: what was paid to an account as a whole is found without a walk through all facts.

create index fact_account on fact (account) where invoice is null and account is not null;
