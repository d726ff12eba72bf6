/* SPDX-License-Identifier: MIT */
#ifndef RELANCED_WHATSAPP_ANSWER_H
#define RELANCED_WHATSAPP_ANSWER_H

/*
 * What an answer of the Cloud API means for a message. Meta asks to go by error.code, not by the
 * HTTP status, titles or subcodes; an answer without a code that is known is judged by its class.
 */

#include "channels/http/http.h"

/* Of POST /{phone_id}/messages. attempt: the message's. */
void answer_judge_message(const HttpReply *reply, unsigned attempt, HttpVerdict *verdict);

/* Of POST /{phone_id}/media, with which nothing has been sent yet. HTTP_SEND and the media's id
 * (HTTP_REFERENCE_MAX); HTTP_DONE and the verdict. */
int answer_judge_upload(
        const HttpReply *reply, unsigned attempt, char *ret_media_id, HttpVerdict *verdict);

#endif
