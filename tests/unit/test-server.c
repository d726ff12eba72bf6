/* SPDX-License-Identifier: MIT */
/* Requests over sockets: turns, answers that go on, and clients that mean no good. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-event.h>

#include <cmocka.h>

#include "api/api.h"
#include "api/routes.h"
#include "store-fixture.h"
#include "sys/clock.h"

#include "firm-fixture.h"

#define STATUS "GET /v1/status HTTP/1.1\r\nHost: relanced\r\n\r\n"
#define TOY "GET /v1/backup HTTP/1.1\r\nHost: relanced\r\n\r\n"

/* A handler in the place of one that has a file of its own. */
static struct Toy {
        bool is_live, is_busy, is_over;
        int n_steps; /* left, of a busy one */
        int n_new;   /* lines that are there to be told */
        int n_asked, n_freed;
} toy;

static void free_toy(void *work)
{
        toy.n_freed++;
}

static int resume_toy(Exchange *exchange)
{
        toy.n_asked++;
        for (; toy.n_new > 0; toy.n_new--)
                reply_add(&exchange->reply, json_pack("{s:i}", "left", toy.n_new));
        if (toy.is_busy && --toy.n_steps == 0)
                toy.is_over = true;
        if (toy.is_over)
                exchange->resume = NULL;
        return 0;
}

int handle_backup(Exchange *exchange)
{
        exchange->resume = resume_toy;
        exchange->is_live = toy.is_live;
        exchange->is_busy = toy.is_busy;
        exchange->work = &toy;
        exchange->free_work = free_toy;
        return resume_toy(exchange);
}

typedef struct Line {
        Firm *firm;
        Api *api;
        char path[RIGHTS][128];
} Line;

static int listen_at(const char *path)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
        assert_ok(bind(fd, (const struct sockaddr *)&address, sizeof(address)));
        assert_ok(listen(fd, 128));
        return fd;
}

static int set_up(void **state)
{
        Line *line = calloc(1, sizeof(*line));

        assert_ok(firm_setup((void **)&line->firm));
        assert_ok(api_new(line->firm->engine, &line->api));
        for (Right right = 0; right < RIGHTS; right++) {
                snprintf(line->path[right], sizeof(line->path[right]), "%s/%s",
                        line->firm->base.folder, right_names[right]);
                assert_ok(api_listen(line->api, listen_at(line->path[right]), right));
        }
        toy = (struct Toy){ 0 };
        *state = line;
        return 0;
}

static int tear_down(void **state)
{
        Line *line = *state;

        api_free(line->api);
        assert_ok(firm_teardown((void **)&line->firm));
        free(line);
        return 0;
}

static int line_connect(const Line *line, Right right)
{
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

        snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", line->path[right]);
        assert_ok(connect(fd, (const struct sockaddr *)&address, sizeof(address)));
        return fd;
}

static int line_send(const Line *line, Right right, const char *text)
{
        int fd = line_connect(line, right);

        assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
        return fd;
}

/* False: there is nothing to do. */
static bool turn(const Line *line)
{
        int r = sd_event_run(line->firm->engine->event, 20000);

        assert_true(r >= 0);
        return r > 0;
}

static void settle(const Line *line)
{
        while (turn(line))
                ;
}

static int on_defer(sd_event_source *source, void *owner)
{
        return 0;
}

/* Something of others on the loop. */
static void happen(const Line *line)
{
        assert_ok(sd_event_add_defer(line->firm->engine->event, NULL, on_defer, NULL));
}

/* Reads what there is; false: and that is all there will be. */
static bool line_read(int fd, StrBuf *text)
{
        char bytes[4096];
        ssize_t n;

        while ((n = read(fd, bytes, sizeof(bytes))) > 0)
                strbuf_add_bytes(text, bytes, (size_t)n);
        return n < 0 && errno == EAGAIN;
}

/* Everything that comes until the connection is closed, or nothing more happens. */
static char *line_answer(const Line *line, int fd)
{
        StrBuf text = STRBUF_INIT;
        char *taken;
        int idle = 0;

        while (line_read(fd, &text) && idle < 3)
                idle = turn(line) ? 0 : idle + 1;
        assert_ok(strbuf_take(&text, &taken));
        return taken;
}

static char *line_ask(const Line *line, Right right, const char *bytes, size_t length)
{
        _cleanup_(closep) int fd = line_connect(line, right);

        while (length > 0) {
                ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
                if (n < 0 && errno != EAGAIN)
                        break; /* closed early: what was answered can still be read */
                if (n > 0) {
                        bytes += n;
                        length -= (size_t)n;
                }
                (void)turn(line);
        }
        return line_answer(line, fd);
}

static bool begins_with(const char *text, const char *start)
{
        return strncmp(text, start, strlen(start)) == 0;
}

static void assert_answers(const Line *line, Right right)
{
        _cleanup_(freep) char *answer = line_ask(line, right, STATUS, strlen(STATUS));

        assert_true(begins_with(answer, "HTTP/1.1 200 OK\r\n"));
        assert_non_null(strstr(answer, "Content-Type: application/x-ndjson\r\n"));
        assert_non_null(strstr(answer, "Connection: close\r\n"));
        assert_non_null(strstr(answer, "\r\n\r\n{\"ok\":true"));
}

static void each_socket_answers(void **state)
{
        for (Right right = 0; right < RIGHTS; right++)
                assert_answers(*state, right);
}

/* What follows the first request is not even looked at. */
static void a_connection_has_one_request(void **state)
{
        _cleanup_(freep) char *answer =
                line_ask(*state, RIGHT_READ, STATUS STATUS "garbage", 2 * strlen(STATUS) + 7);
        const char *first = strstr(answer, "HTTP/1.1");

        assert_ptr_equal(first, answer);
        assert_null(strstr(first + 1, "HTTP/1.1"));
}

/* As `nc -N` does: it has said all it wants to say. */
static void a_client_that_closes_its_half_is_answered(void **state)
{
        _cleanup_(closep) int fd = line_send(*state, RIGHT_READ, STATUS);

        assert_ok(shutdown(fd, SHUT_WR));
        _cleanup_(freep) char *answer = line_answer(*state, fd);
        assert_true(begins_with(answer, "HTTP/1.1 200 OK\r\n"));
}

static void a_live_answer_leaves_as_it_grows(void **state)
{
        _cleanup_(closep) int fd = line_send(*state, RIGHT_READ, TOY);
        StrBuf text = STRBUF_INIT;

        toy.is_live = true;
        toy.n_new = 1;
        settle(*state);
        assert_true(line_read(fd, &text));
        assert_non_null(strstr(strbuf_text(&text), "Transfer-Encoding: chunked\r\n"));
        assert_non_null(strstr(strbuf_text(&text), "\r\n{\"left\":1}\n\r\n"));

        for (int i = 1; i <= 3; i++) { /* lines come when something has happened on the loop */
                toy.n_new = i;
                assert_answers(*state, RIGHT_READ);
                settle(*state);
                strbuf_truncate(&text, 0);
                assert_true(line_read(fd, &text));
                assert_true(begins_with(strstr(strbuf_text(&text), "\r\n"),
                        i == 3   ? "\r\n{\"left\":3}\n{\"left\":2}\n{\"left\":1}\n\r\n"
                        : i == 2 ? "\r\n{\"left\":2}\n{\"left\":1}\n\r\n"
                                 : "\r\n{\"left\":1}\n\r\n"));
        }
        toy.n_new = 1;
        toy.is_over = true;
        assert_answers(*state, RIGHT_READ);
        settle(*state);
        strbuf_truncate(&text, 0);
        assert_false(line_read(fd, &text));
        assert_non_null(strstr(strbuf_text(&text), "\r\n{\"left\":1}\n\r\n0\r\n\r\n"));
        strbuf_release(&text);
        assert_int_equal(toy.n_freed, 1);
}

/* Its client does not read: no more is made than fits on the way. */
static void a_live_answer_waits_for_its_reader(void **state)
{
        _cleanup_(closep) int fd = line_send(*state, RIGHT_READ, TOY);
        StrBuf text = STRBUF_INIT;
        int n_asked = 0;

        toy.is_live = toy.is_busy = true;
        toy.n_steps = 1000;
        for (int i = 0; i < 10000; i++) {
                if (toy.n_asked > n_asked) {
                        n_asked = toy.n_asked;
                        toy.n_new = 1000;
                }
                if (!turn(*state))
                        break;
        }
        assert_in_range(toy.n_asked, 5, 100);
        while (line_read(fd, &text)) {
                toy.n_new = 1;
                (void)turn(*state);
        }
        assert_int_equal(toy.n_asked, 1000);
        assert_true(text.length > 12000);
        assert_string_equal(text.text + text.length - 7, "\r\n0\r\n\r\n");
        strbuf_release(&text);
}

static void a_follower_costs_nothing_while_nothing_happens(void **state)
{
        _cleanup_(closep) _unused_ int fd = line_send(*state, RIGHT_READ, TOY);

        toy.is_live = true;
        settle(*state);
        int n_asked = toy.n_asked;
        assert_in_range(n_asked, 1, 3);
        assert_false(turn(*state));
        assert_int_equal(toy.n_asked, n_asked);
}

static void only_so_many_may_follow(void **state)
{
        int fds[8];

        toy.is_live = true;
        for (size_t i = 0; i < ELEMENTSOF(fds); i++) {
                fds[i] = line_send(*state, RIGHT_READ, TOY);
                settle(*state);
        }
        _cleanup_(freep) char *answer = line_ask(*state, RIGHT_READ, TOY, strlen(TOY));
        assert_true(begins_with(answer, "HTTP/1.1 503 "));
        assert_non_null(strstr(answer, "{\"error\":\"8 others follow over this socket already"));
        assert_answers(*state, RIGHT_READ);
        for (size_t i = 0; i < ELEMENTSOF(fds); i++)
                (void)close(fds[i]);
        settle(*state);
        assert_int_equal(toy.n_freed, 9);
}

static void a_client_that_goes_away_takes_its_exchange_with_it(void **state)
{
        static const struct Toy toys[] = {
                { .is_live = false },
                { .is_live = true },
                { .is_busy = true, .n_steps = 1000000 },
        };

        for (size_t i = 0; i < ELEMENTSOF(toys); i++) {
                toy = toys[i];
                int fd = line_send(*state, RIGHT_READ, TOY);
                for (int j = 0; j < 50 && turn(*state);)
                        j++;
                assert_int_equal(toy.n_freed, 0);
                assert_ok(close(fd));
                for (int j = 0; j < 50 && turn(*state);)
                        j++;
                assert_int_equal(toy.n_freed, 1);
        }
}

static void a_long_answer_lets_others_have_theirs(void **state)
{
        _cleanup_(closep) int fd = line_send(*state, RIGHT_READ, TOY);

        toy.is_busy = true;
        toy.n_steps = 1000;
        while (toy.n_asked < 10)
                (void)turn(*state);
        assert_answers(*state, RIGHT_READ);
        assert_in_range(toy.n_asked, 10, 100);
        _cleanup_(freep) char *answer = line_answer(*state, fd);
        assert_true(begins_with(answer, "HTTP/1.1 200 OK\r\n"));
        assert_int_equal(toy.n_asked, 1000);
}

static void who_says_nothing_makes_room_for_others(void **state)
{
        int fds[100];

        for (size_t i = 0; i < ELEMENTSOF(fds); i++)
                fds[i] = i % 2 == 0 ? line_connect(*state, RIGHT_READ)
                                    : line_send(*state, RIGHT_READ, "GET /v1/status HT");
        int64_t begin_usec = clock_monotonic_usec();
        _cleanup_(closep) int fd = line_send(*state, RIGHT_READ, STATUS);
        StrBuf text = STRBUF_INIT;
        while (line_read(fd, &text))
                (void)turn(*state);
        assert_true(begins_with(strbuf_text(&text), "HTTP/1.1 200 OK\r\n"));
        /* 100 ms for each crowd of 32 */
        assert_true(clock_monotonic_usec() - begin_usec > 200000);
        strbuf_release(&text);
        assert_answers(*state, RIGHT_OPERATE);
        for (size_t i = 0; i < ELEMENTSOF(fds); i++)
                (void)close(fds[i]);
        settle(*state);
}

static void only_so_many_connect_in_a_second(void **state)
{
        int64_t begin_usec = clock_monotonic_usec();

        for (int i = 0; i < 384; i++) {
                _cleanup_(closep) _unused_ int fd = line_connect(*state, RIGHT_READ);
                (void)turn(*state);
        }
        assert_answers(*state, RIGHT_READ);
        assert_true(clock_monotonic_usec() - begin_usec > 450000);
        settle(*state);
}

static void nobody_is_woken_where_nobody_asks(void **state)
{
        assert_answers(*state, RIGHT_READ);
        settle(*state);
        assert_int_equal(sd_event_run(((Line *)*state)->firm->engine->event, 400000), 0);
}

static void clients_that_mean_no_good_get_an_error_and_harm_nobody(void **state)
{
        static const struct {
                const char *request, *answer;
        } cases[] = {
                { "", "" },
                { "\r\n\r\n\r\n", "" },
                { "GET\r\n\r\n", "" },
                { "GET /v1/status\r\n\r\n", "" }, /* HTTP/0.9 */
                { "GET /v1/status HTTP/9.9\r\nHost: a\r\n\r\n", "" },
                { "\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03", "" },
                { "GET /v1/status HTTP/1.0\r\n\r\n", "HTTP/1.1 200" },
                { "GET /v1/status HTTP/1.1\r\n\r\n", "HTTP/1.1 400" },
                { "GET /v1/status HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1" },
                { "GET /v1/status HTTP/1.1\r\nHost:\r\n\r\n", "HTTP/1.1" },
                { "GET /v1/status HTTP/1.1\r\nHost: a\r\nConn", "" },
                { "GET http://relanced/v1/status HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404" },
                { "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404" },
                { "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405" },
                { "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405" },
                { "HEAD /v1/status HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405" },
                { "get /v1/status HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405" },
                { "GET /v1/../v1/status HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404" },
                { "GET /v1/show/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
                { "GET /v1/show/F%00 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
                { "GET /v1/log?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
                { "DELETE /v1/status HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405" },
                { "POST /v1/hold/F-1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "zz\r\n",
                        "HTTP/1.1 4" },
                { "POST /v1/hold/F-1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\n[1]\r\n0\r\n\r\n",
                        "HTTP/1.1 400" },
                { "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n[1]",
                        "HTTP/1.1 400" },
                { "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{", "" },
                { "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}",
                        "HTTP/1.1 400" },
                { "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\n"
                  "Content-Length: 99999999999999999999999\r\n\r\n{}",
                        "HTTP/1.1 4" },
                { "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\n"
                  "Content-Length: 9999999999\r\n\r\n{}",
                        "HTTP/1.1 413" },
                { "POST /v1/nope HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n{}",
                        "HTTP/1.1 404" },
                { "POST /v1/status HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                        "HTTP/1.1 405" },
                { "POST /v1/import HTTP/1.1\r\nHost: a\r\n"
                  "Content-Type: multipart/form-data\r\nContent-Length: 2\r\n\r\nab",
                        "HTTP/1.1 400" },
                { "POST /v1/import HTTP/1.1\r\nHost: a\r\n"
                  "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 69\r\n\r\n"
                  "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc",
                        "HTTP/1.1 400" },
                { "POST /v1/import HTTP/1.1\r\nHost: a\r\n"
                  "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 61\r\n\r\n"
                  "--x\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nabc\r\n--x--\r\n",
                        "HTTP/1.1 400" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _cleanup_(freep) char *answer =
                        line_ask(*state, RIGHT_OPERATE, cases[i].request, strlen(cases[i].request));
                if (!begins_with(answer, cases[i].answer))
                        print_message("%s\n→ %s\n", cases[i].request, answer);
                assert_true(begins_with(answer, cases[i].answer));
                assert_answers(*state, RIGHT_OPERATE);
        }
}

static void the_wrong_socket_refuses_before_the_body(void **state)
{
        static const char *const requests[] = {
                "POST /v1/import HTTP/1.1\r\nHost: a\r\nContent-Length: 900000000\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n",
                "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
                "POST /v1/send/F-1 HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST /v1/send/F-1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        };

        for (size_t i = 0; i < ELEMENTSOF(requests); i++) {
                _cleanup_(freep) char *answer =
                        line_ask(*state, RIGHT_READ, requests[i], strlen(requests[i]));
                assert_true(begins_with(answer, "HTTP/1.1 403 "));
                assert_non_null(strstr(answer, "{\"error\":\"this needs the socket operate"));
        }
}

static void what_is_too_large_is_refused(void **state)
{
        static const char head[] = "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\n"
                                   "Content-Length: 200000\r\n\r\n";
        char *big = malloc(400000);

        memset(big, 'x', 400000);
        memcpy(big, head, strlen(head));
        _cleanup_(freep) char *body = line_ask(*state, RIGHT_OPERATE, big, strlen(head) + 200000);
        assert_true(begins_with(body, "HTTP/1.1 413"));
        memcpy(big, "GET /", 5);
        memset(big + 5, 'x', 300000);
        memcpy(big + 300005, " HTTP/1.1\r\nHost: a\r\n\r\n", 23);
        _cleanup_(freep) char *target = line_ask(*state, RIGHT_OPERATE, big, 300028);
        assert_true(!*target || begins_with(target, "HTTP/1.1 4"));
        assert_answers(*state, RIGHT_OPERATE);
        free(big);
}

/* It is not told before its end, and there is none. */
static void an_endless_body_is_cut_off(void **state)
{
        static const char head[] = "POST /v1/pay/F-1 HTTP/1.1\r\nHost: a\r\n"
                                   "Transfer-Encoding: chunked\r\n\r\n";
        _cleanup_(closep) int fd = line_send(*state, RIGHT_OPERATE, head);
        char chunk[4104] = "1000\r\n";
        size_t n_sent = 0;

        memset(chunk + 6, 'x', 4096);
        memcpy(chunk + 4102, "\r\n", 2);
        for (;;) {
                ssize_t n = send(fd, chunk + n_sent % sizeof(chunk),
                        sizeof(chunk) - n_sent % sizeof(chunk), MSG_NOSIGNAL);
                if (n < 0 && errno != EAGAIN)
                        break;
                n_sent += (size_t)MAX(n, 0);
                if (n < 0)
                        (void)turn(*state);
        }
        assert_in_range(n_sent, 1 << 20, 3 << 20);
        assert_answers(*state, RIGHT_OPERATE);
}

static void once_closed_it_answers_what_was_asked_and_takes_nothing_new(void **state)
{
        Line *line = *state;
        _cleanup_(closep) int asked = line_send(line, RIGHT_READ, TOY);
        _cleanup_(closep) int half = line_send(line, RIGHT_READ, "GET /v1/st");

        settle(line);
        api_close(line->api);
        _cleanup_(closep) int late = line_send(line, RIGHT_READ, STATUS);
        settle(line);
        _cleanup_(freep) char *cut = line_answer(line, half), *none = line_answer(line, late);
        assert_string_equal(cut, "");
        assert_string_equal(none, "");
        assert_false(api_is_idle(line->api));
        toy.is_over = true;
        happen(line);
        _cleanup_(freep) char *answer = line_answer(line, asked);
        assert_true(begins_with(answer, "HTTP/1.1 200"));
        assert_true(api_is_idle(line->api));
}

/* Nobody reads the answer: it is not waited for. */
static void once_closed_it_waits_for_nobody_who_does_not_read(void **state)
{
        Line *line = *state;
        _cleanup_(closep) _unused_ int fd = line_send(line, RIGHT_READ, TOY);

        toy.n_new = 100000;
        toy.is_over = true;
        settle(line);
        api_close(line->api);
        assert_false(api_is_idle(line->api));
        while (!api_is_idle(line->api))
                assert_true(sd_event_run(line->firm->engine->event, 3000000) > 0);
}

/* No descriptor is left: it waits in line, and the loop does not spin. */
static void without_descriptors_a_client_waits(void **state)
{
        Line *line = *state;
        struct rlimit limit, none;
        _cleanup_(closep) int fd = line_send(line, RIGHT_READ, STATUS);
        int n_turns = 0;

        assert_ok(getrlimit(RLIMIT_NOFILE, &limit));
        none = (struct rlimit){ 0, limit.rlim_max };
        assert_ok(setrlimit(RLIMIT_NOFILE, &none));
        int64_t begin_usec = clock_monotonic_usec(), taken_usec = 0;
        while (taken_usec < 500000 || n_turns < 2) {
                n_turns += turn(line);
                taken_usec = clock_monotonic_usec() - begin_usec;
        }
        assert_ok(setrlimit(RLIMIT_NOFILE, &limit));
        assert_true(n_turns * INT64_C(500000) <= 30 * taken_usec);
        for (int i = 0; i < 50; i++)
                (void)turn(line);
        _cleanup_(freep) char *answer = line_answer(line, fd);
        assert_true(begins_with(answer, "HTTP/1.1 200"));
}

static void the_loop_ends_when_its_one_client_is_gone(void **state)
{
        Line *line = *state;

        (void)close(line_connect(line, RIGHT_OPERATE));
        assert_ok(api_run_until_closed(line->api));
}

#define CASE(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
        const struct CMUnitTest tests[] = {
                CASE(each_socket_answers),
                CASE(a_connection_has_one_request),
                CASE(a_client_that_closes_its_half_is_answered),
                CASE(a_live_answer_leaves_as_it_grows),
                CASE(a_live_answer_waits_for_its_reader),
                CASE(a_follower_costs_nothing_while_nothing_happens),
                CASE(only_so_many_may_follow),
                CASE(a_client_that_goes_away_takes_its_exchange_with_it),
                CASE(a_long_answer_lets_others_have_theirs),
                CASE(who_says_nothing_makes_room_for_others),
                CASE(only_so_many_connect_in_a_second),
                CASE(nobody_is_woken_where_nobody_asks),
                CASE(clients_that_mean_no_good_get_an_error_and_harm_nobody),
                CASE(the_wrong_socket_refuses_before_the_body),
                CASE(what_is_too_large_is_refused),
                CASE(an_endless_body_is_cut_off),
                CASE(once_closed_it_answers_what_was_asked_and_takes_nothing_new),
                CASE(once_closed_it_waits_for_nobody_who_does_not_read),
                CASE(without_descriptors_a_client_waits),
                CASE(the_loop_ends_when_its_one_client_is_gone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
