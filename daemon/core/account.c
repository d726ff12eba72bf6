/* SPDX-License-Identifier: MIT */
/* Owns the spelling of an account's words. */

#include "core/account.h"

const char *const customer_kind_names[3] = { "business", "consumer", "public" };
const char *const relation_names[2] = { "goods", "service" };
const char *const address_column_names[ADDRESS_COLUMNS_MAX] = { "none", "email", "phone",
        "whatsapp" };
const char *const action_names[ACTION_MAX] = { "courtesy", "remind", "resend", "deadline", "call",
        "suspend", "agency", "legal", "reconnect" };
const char *const invoice_status_names[4] = { "open", "draft", "disputed", "cancelled" };
const char *const method_names[4] = { "transfer", "card", "cheque", "direct_debit" };

bool account_has_tag(const Account *account, const char *tag)
{
        static const char separators[] = " ,;";
        size_t length = strlen(tag);

        for (const char *p = account->tags; *p;) {
                p += strspn(p, separators);
                size_t n = strcspn(p, separators);
                if (n > 0 && n == length && memcmp(p, tag, n) == 0)
                        return true;
                p += n;
        }
        return false;
}
