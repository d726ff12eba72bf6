/* SPDX-License-Identifier: MIT */
/* Owns the calendars of one's own: a calendar that there is, with days added and days that are
 * worked all the same. Problems go to the reader. */

#include "config/parts.h"

#include "base/parse.h"
#include "base/strbuf.h"
#include "core/calendar-rules.h"

#define CALENDARS_MAX 64
#define DAYS_MAX 200 /* added or removed, of one calendar each */
/* So far from Easter Sunday a day is always of the same year. */
#define BEFORE_EASTER_MAX 80
#define AFTER_EASTER_MAX 200
/* Years in which a day that is removed is looked for. */
#define FIRST_YEAR 2000
#define LAST_YEAR 2099

const Calendar *reader_calendar(const Reader *reader, const char *name)
{
        for (size_t i = reader->n_calendars; i > 0; i--)
                if (streq(reader->calendars[i - 1].name, name))
                        return &reader->calendars[i - 1];
        return calendar_find(name);
}

/* "easter", "easter+39", "easter-2" */
static bool parse_easter(const char *text, HolidayRule *rule)
{
        static const char word[] = "easter";
        const char *days = text + strlen(word);
        int n;

        if (strncmp(text, word, strlen(word)) != 0)
                return false;
        rule->kind = HOLIDAY_EASTER;
        if (!*days)
                return true;
        bool is_before = *days == '-';
        if ((*days != '+' && !is_before) ||
                parse_int(days + 1, 0, is_before ? BEFORE_EASTER_MAX : AFTER_EASTER_MAX, &n) < 0)
                return false;
        rule->day = is_before ? -n : n;
        return true;
}

/* "12-24": of every year that has it */
static bool parse_day_of_year(const char *text, HolidayRule *rule)
{
        _cleanup_(strbuf_release) StrBuf whole = STRBUF_INIT;
        int leap_year;
        Date day;

        strbuf_addf(&whole, "2000-%s", text);
        if (strlen(text) != strlen("12-24") || date_parse(strbuf_text(&whole), &day) < 0)
                return false;
        date_split(day, &leap_year, &rule->month, &rule->day);
        return true;
}

/* "2026-05-15": of that year alone */
static bool parse_single_day(const char *text, HolidayRule *rule)
{
        Date day;

        if (date_parse(text, &day) < 0)
                return false;
        date_split(day, &rule->since, &rule->month, &rule->day);
        rule->until = rule->since;
        return true;
}

static size_t n_children(const Node *list)
{
        return list ? list->n_children : 0;
}

static bool read_day(Reader *reader, const Node *node, HolidayRule *rule)
{
        _cleanup_(strbuf_release) StrBuf path = STRBUF_INIT;

        if (!reader_is_text(reader, node))
                return false;
        if (parse_single_day(node->text, rule) || parse_day_of_year(node->text, rule) ||
                parse_easter(node->text, rule))
                return true;
        node_add_path(node, &path);
        reader_error(reader, node,
                "%s: \"%s\" is no day: it is written as \"2026-05-15\", as \"12-24\" for every "
                "year, or as \"easter+1\" for Easter Monday",
                strbuf_text(&path), node->text);
        return false;
}

/* Reads the days of a list behind the rules there are; their new number. */
static size_t read_days(
        Reader *reader, const Node *list, bool is_worked, HolidayRule *rules, size_t n)
{
        size_t n_days = n_children(list);

        if (n_days > DAYS_MAX) {
                reader_error(reader, list, "%s has %zu days: there can be %d", list->name, n_days,
                        DAYS_MAX);
                return n;
        }
        for (size_t i = 0; i < n_days; i++) {
                rules[n] = (HolidayRule){ .kind = HOLIDAY_FIXED, .is_worked = is_worked };
                n += read_day(reader, &list->children[i], &rules[n]);
        }
        return n;
}

/* Whether a calendar has the day that a rule names, in any year. */
static bool calendar_has(const Calendar *calendar, const HolidayRule *rule)
{
        int first = rule->since ? rule->since : FIRST_YEAR;
        int last = rule->until ? rule->until : LAST_YEAR;

        for (int year = first; year <= last; year++) {
                if (rule->kind == HOLIDAY_EASTER) {
                        if (calendar_is_holiday(calendar, date_add(date_easter(year), rule->day)))
                                return true;
                } else if (date_is_valid(year, rule->month, rule->day) &&
                           calendar_is_holiday(calendar, date_of(year, rule->month, rule->day))) {
                        return true;
                }
        }
        return false;
}

static void check_removed(Reader *reader, const Node *list, const Calendar *calendar, size_t n)
{
        for (size_t i = 0; i < n && n == list->n_children; i++)
                if (!calendar_has(calendar->like, &calendar->rules[i]))
                        reader_warning(reader, &list->children[i],
                                "remove: \"%s\" is no holiday of the calendar \"%s\" anyway",
                                list->children[i].text, calendar->like->name);
}

static const Calendar *find_like(
        Reader *reader, const Node *node, const char *name, const char *country)
{
        const Calendar *like = reader_calendar(reader, is_empty(name) ? country : name);

        if (!like && !node_member(node, "like"))
                reader_missing(reader, node,
                        "calendars.%s.like is missing: there is no calendar of public holidays for "
                        "the creditor's country \"%s\", so one must be named, or \"none\"",
                        node->name, country);
        return like ? like : calendar_find("none");
}

static void read_calendar(Reader *reader, const Node *node, const char *country, Calendar *calendar)
{
        CalendarValues values = { 0 };

        *calendar = (Calendar){ .name = node->name, .like = calendar_find("none") };
        if (node->type != NODE_GROUP) {
                reader_error(reader, node, "calendars.%s must be a group { … }, not %s", node->name,
                        node_type_name(node->type));
                return;
        }
        if (streq(node->name, "none"))
                reader_error(reader, node,
                        "calendars.none: \"none\" is the calendar without holidays, always");
        reader_preset(SECTION_CALENDAR, &values);
        reader_read(reader, node, SECTION_CALENDAR, &values, NULL, NULL);
        HolidayRule *rules = reader_alloc(
                reader, n_children(values.add) + n_children(values.remove), sizeof(*rules));
        if (!rules)
                return;
        calendar->like = find_like(reader, node, values.like, country);
        calendar->has_weekends = calendar->like->has_weekends;
        calendar->rules = rules;
        /* The last rule decides: a day that is added goes before one that is removed. */
        calendar->n_rules = read_days(reader, values.remove, true, rules, 0);
        if (values.remove)
                check_removed(reader, values.remove, calendar, calendar->n_rules);
        calendar->n_rules = read_days(reader, values.add, false, rules, calendar->n_rules);
}

void read_calendars(Reader *reader, const Node *group, const char *country)
{
        size_t n = n_children(group);

        if (n > CALENDARS_MAX) {
                reader_error(reader, group, "calendars has %zu calendars: there can be %d", n,
                        CALENDARS_MAX);
                n = CALENDARS_MAX;
        }
        Calendar *calendars = reader_alloc(reader, n, sizeof(*calendars));
        reader->calendars = calendars;
        for (size_t i = 0; calendars && i < n; i++) {
                read_calendar(reader, &group->children[i], country, &calendars[i]);
                reader->n_calendars++;
        }
}

static bool is_used(const Reader *reader, const Calendar *calendar, const Rulebook *book)
{
        if (book->sending.calendar == calendar)
                return true;
        for (size_t i = 0; i < book->n_channels; i++)
                if (book->channels[i].window && book->channels[i].window->calendar == calendar)
                        return true;
        for (size_t i = 0; i < reader->n_calendars; i++)
                if (reader->calendars[i].like == calendar)
                        return true;
        return false;
}

/* Not where something else is wrong: its name may be what is. */
void check_calendars(Reader *reader, const Node *group, const Rulebook *book)
{
        for (size_t i = 0; i < reader->n_calendars && reader->problems->n_errors == 0; i++)
                if (!is_used(reader, &reader->calendars[i], book))
                        reader_warning(reader, &group->children[i],
                                "the calendar \"%s\" is used nowhere: sending = { holidays = "
                                "\"%s\"; } would",
                                group->children[i].name, group->children[i].name);
}
