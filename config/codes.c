/* SPDX-License-Identifier: MIT */
/* Owns the lists of countries and languages and the checks of codes.h. Never logs. */

#include "config/codes.h"

#include <errno.h>

#include "core/date.h"

static const char countries[] =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
        "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM "
        "DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS "
        "GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN "
        "KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ "
        "MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
        "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV "
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
        "VN VU WF WS YE YT ZA ZM ZW ";

static const char languages[] =
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv "
        "cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr "
        "ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw "
        "ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv "
        "ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr "
        "ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
        "yo za zh zu ";

/* Whether code, two bytes, is an entry of a list of "xx " entries. */
static bool list_has(const char *list, const char *code)
{
        if (strlen(code) != 2)
                return false;
        for (const char *entry = list; *entry; entry += 3)
                if (memcmp(entry, code, 2) == 0)
                        return true;
        return false;
}

bool country_is_known(const char *code)
{
        return list_has(countries, code);
}

bool language_is_known(const char *code)
{
        return list_has(languages, code);
}

static unsigned iban_add(unsigned rest, char c)
{
        if (c >= '0' && c <= '9')
                return (rest * 10 + (unsigned)(c - '0')) % 97;
        return (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
}

/* ISO 13616: the first four characters moved to the end, letters as numbers, modulo 97 is 1. */
bool iban_is_valid(const char *iban)
{
        char compact[34];
        size_t n = 0;
        unsigned rest = 0;

        for (const char *p = iban; *p; p++) {
                if (*p == ' ')
                        continue;
                if (n == sizeof(compact) || !((*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z')))
                        return false;
                compact[n++] = *p;
        }
        if (n < 15)
                return false;
        for (size_t i = 0; i < n; i++)
                rest = iban_add(rest, compact[(i + 4) % n]);
        return rest == 1;
}

static int weekday_parse(const char *text, size_t length)
{
        static const char names[] = "montuewedthufrisatsun";

        for (int day = MONDAY; length == 3 && day <= SUNDAY; day++)
                if (memcmp(names + day * 3, text, 3) == 0)
                        return day;
        return -EINVAL;
}

static int days_parse_range(const char *text, size_t length, unsigned *days)
{
        const char *dash = memchr(text, '-', length);
        size_t n = dash ? (size_t)(dash - text) : length;
        int first = weekday_parse(text, n);
        int last = dash ? weekday_parse(dash + 1, length - n - 1) : first;

        if (first < 0 || last < 0)
                return -EINVAL;
        for (int day = first;; day = (day + 1) % 7) {
                *days |= 1U << day;
                if (day == last)
                        return 0;
        }
}

int days_parse(const char *text, unsigned *ret_days)
{
        unsigned days = 0;

        for (const char *p = text;; p++) {
                p += strspn(p, " ");
                size_t n = strcspn(p, ","), length = n;
                while (length > 0 && p[length - 1] == ' ')
                        length--;
                if (days_parse_range(p, length, &days) < 0)
                        return -EINVAL;
                p += n;
                if (!*p)
                        break;
        }
        *ret_days = days;
        return 0;
}
