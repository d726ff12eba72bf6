// SPDX-License-Identifier: MIT
// An operator that fails as the number it is asked for says: see smpp.py. One line of JSON for each
// message that it was given.
const smpp = require(process.argv[2]);
const port = Number(process.argv[3]);
const seen = {};

const manners = {
  1: () => "ESME_ROK",
  2: () => "ESME_RTHROTTLED",
  3: (count) => (count === 1 ? "ESME_RTHROTTLED" : "ESME_ROK"),
  4: () => "ESME_RINVDSTADR",
  5: (count) => (count === 1 ? null : "ESME_ROK"), // takes it and hangs up
};

smpp.createServer({ enable_proxy_protocol_detection: false }, (session) => {
  session.on("error", () => {});
  session.on("bind_transceiver", (pdu) => session.send(pdu.response()));
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => { session.send(pdu.response()); session.close(); });
  session.on("submit_sm", (pdu) => {
    const to = pdu.destination_addr;
    const key = to + JSON.stringify(pdu.short_message);
    seen[key] = (seen[key] || 0) + 1;
    const status = (manners[to.slice(-1)] || manners[1])(seen[key]);
    console.log(JSON.stringify({
      to, ton: pdu.dest_addr_ton, coding: pdu.data_coding, status,
      text: pdu.short_message.message,
    }));
    if (status === null)
      session.destroy();
    else
      session.send(pdu.response({
        command_status: smpp[status], message_id: status === "ESME_ROK" ? "m" + Date.now() : "",
      }));
  });
}).listen(port, "127.0.0.1");
