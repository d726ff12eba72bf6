/* SPDX-License-Identifier: MIT */
/* Owns how a list of routes is read: [ "email", "whatsapp|sms" ]. Problems go to the reader. */

#include "config/parts.h"

#include "base/parse.h"

typedef struct Routes {
        Reader *reader;
        const Rulebook *book;
        bool is_shipped;
        Route *list;
        unsigned n;
} Routes;

static void tell_unknown_channel(Routes *routes, const Node *node, const char *name)
{
        const char *names[CHANNELS_MAX];
        const Rulebook *book = routes->book;

        for (size_t i = 0; i < book->n_channels; i++)
                names[i] = book->channels[i].name;
        const char *nearest = nearest_name(name, names, book->n_channels);
        reader_missing(routes->reader, node, "there is no channel \"%s\"%s%s%s", name,
                nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

static bool route_has(const Route *route, int channel)
{
        for (unsigned i = 0; i < route->n_channels; i++)
                if (route->channels[i] == channel)
                        return true;
        return false;
}

static bool list_has(const Routes *routes, int channel)
{
        for (unsigned i = 0; i < routes->n; i++)
                if (route_has(&routes->list[i], channel))
                        return true;
        return false;
}

static void route_add(Routes *routes, const Node *node, Route *route, const char *name)
{
        int channel = rulebook_find_channel(routes->book, name);

        if (channel < 0) {
                tell_unknown_channel(routes, node, name);
                return;
        }
        if (route_has(route, channel)) {
                reader_error(routes->reader, node, "the route \"%s\" has the channel \"%s\" twice",
                        node->text, name);
                return;
        }
        if (route->n_channels == ALTERNATIVES_MAX) {
                reader_error(routes->reader, node, "the route \"%s\" has more than %d channels",
                        node->text, ALTERNATIVES_MAX);
                return;
        }
        if (list_has(routes, channel))
                reader_warning(routes->reader, node,
                        "the channel \"%s\" stands in two routes of one list: nobody gets the "
                        "same notice by it twice",
                        name);
        route->channels[route->n_channels++] = (unsigned char)channel;
}

/* The shipped ladders know a firm's channels by the names of the example alone; e-mail may go by
 * another. What is not there is left out. */
static void route_add_shipped(const Routes *routes, Route *route, const char *name)
{
        int channel = rulebook_find_channel(routes->book, name);

        if (channel < 0 && streq(name, "email") && routes->book->handover.n_channels > 0)
                channel = routes->book->handover.channels[0];
        if (channel >= 0 && !route_has(route, channel) && !list_has(routes, channel))
                route->channels[route->n_channels++] = (unsigned char)channel;
}

/* Writes the name at *text, blanks around it left out, and moves *text behind it. false: too long
 * or empty. */
static bool next_name(const char **text, char name[static 65])
{
        const char *p = *text + strspn(*text, " ");
        size_t n = strcspn(p, "|"), length = n;

        *text = p + n;
        while (length > 0 && p[length - 1] == ' ')
                length--;
        if (length == 0 || length > 64)
                return false;
        memcpy(name, p, length);
        name[length] = '\0';
        return true;
}

static void read_route(Routes *routes, const Node *node)
{
        Route route = { 0 };
        char name[65];

        for (const char *p = node->text;; p++) {
                if (!next_name(&p, name)) {
                        reader_error(routes->reader, node,
                                "\"%s\" is no route: it is written as \"email\" or "
                                "\"whatsapp|sms\"",
                                node->text);
                        return;
                }
                if (routes->is_shipped)
                        route_add_shipped(routes, &route, name);
                else
                        route_add(routes, node, &route, name);
                if (!*p)
                        break;
        }
        if (route.n_channels > 0)
                routes->list[routes->n++] = route;
}

unsigned read_routes(
        Reader *reader, const Node *list, bool is_shipped, const Rulebook *book, Route *routes)
{
        Routes result = {
                .reader = reader, .book = book, .is_shipped = is_shipped, .list = routes
        };

        if (!list)
                return 0;
        if (list->n_children > ROUTES_MAX) {
                reader_error(reader, list, "%s has %zu routes: there can be %d", list->name,
                        list->n_children, ROUTES_MAX);
                return 0;
        }
        for (size_t i = 0; i < list->n_children; i++)
                if (reader_is_text(reader, &list->children[i]))
                        read_route(&result, &list->children[i]);
        return result.n;
}
