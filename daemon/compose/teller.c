/* SPDX-License-Identifier: MIT */
/* Owns how one value of a context is written: amounts and dates as the reader's language has them,
 * texts from outside on one line. Fails only for want of memory, and then says so in the maker. */

#include "compose/teller.h"

#include <stdio.h>

#define UNBROKEN_MAX 44 /* an IBAN in fours; what is longer is no line of its own */

const char *teller_line(Teller *teller, const char *text, size_t max_characters)
{
        const char *line = text_one_line(text, max_characters, teller->arena);

        teller->maker.is_incomplete |= line == NULL;
        return line;
}

void tell_text(Teller *teller, Value *object, const char *name, const char *text)
{
        value_set(object, name,
                value_text(&teller->maker, teller_line(teller, text, NAME_CHARACTERS)));
}

void tell_unbroken(Teller *teller, Value *object, const char *name, const char *text)
{
        const char *line = teller_line(teller, text, NAME_CHARACTERS);
        bool is_short = line && strlen(line) <= UNBROKEN_MAX;

        value_set(object, name,
                is_short ? value_unbroken(&teller->maker, line) : value_text(&teller->maker, line));
}

void tell_url(Teller *teller, Value *object, const char *name, const char *url)
{
        value_set(object, name, value_text(&teller->maker, teller_line(teller, url, 0)));
}

void tell_flag(Teller *teller, Value *object, const char *name, bool is_set)
{
        value_set(object, name, value_flag(&teller->maker, is_set));
}

void tell_nothing(Teller *teller, Value *object, const char *name)
{
        value_set(object, name, value_nothing(&teller->maker));
}

void tell_amount(Teller *teller, Value *object, const char *name, int64_t minor)
{
        const Speech *speech = teller->speech;
        const char *text = locale_amount(speech->locale, minor, teller->occasion->account->currency,
                speech->style, teller->arena);

        value_set(object, name, value_text(&teller->maker, text));
        teller->maker.is_incomplete |= text == NULL;
}

void tell_amount_if_any(Teller *teller, Value *object, const char *name, int64_t minor)
{
        if (minor > 0)
                tell_amount(teller, object, name, minor);
        else
                tell_nothing(teller, object, name);
}

void tell_percent(Teller *teller, Value *object, const char *name, int hundredths)
{
        const Speech *speech = teller->speech;
        const char *text = hundredths == 0 ? ""
                                           : locale_percent(speech->locale, hundredths,
                                                     speech->style, teller->arena);

        value_set(object, name, value_text(&teller->maker, text));
        teller->maker.is_incomplete |= text == NULL;
}

void tell_date(Teller *teller, Value *object, const char *name, Date date)
{
        const Speech *speech = teller->speech;
        const char *text = locale_date(speech->locale, date, speech->style, teller->arena);

        value_set(object, name, value_text(&teller->maker, text));
        teller->maker.is_incomplete |= text == NULL;
}

void tell_number(Teller *teller, Value *object, const char *name, int64_t number)
{
        char text[32];

        (void)snprintf(text, sizeof(text), "%lld", (long long)number);
        char *copy = arena_strdup(teller->arena, text);
        teller->maker.is_incomplete |= copy == NULL;
        value_set(object, name, value_text(&teller->maker, copy));
}

void tell_plural(Teller *teller, Value *object, const char *name, int64_t number)
{
        Value *group = value_object(&teller->maker);
        Plural plural = locale_plural(teller->speech->locale, number);

        for (Plural i = PLURAL_ZERO; i <= PLURAL_OTHER; i++)
                tell_flag(teller, group, plural_names[i], i == plural);
        value_set(object, name, group);
}

void tell_days_late(Teller *teller, Value *object, int days)
{
        tell_number(teller, object, "days_late", MAX(days, 0));
        tell_plural(teller, object, "days_late_is", MAX(days, 0));
        tell_flag(teller, object, "is_one_day_late",
                days > 0 && locale_plural(teller->speech->locale, days) == PLURAL_ONE);
}
