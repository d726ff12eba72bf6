/* SPDX-License-Identifier: MIT */
/* Owns the Spanish of the papers; see words.h. */

#include "paper/words-of.h"

const Word words_es[] = {
        { "page", "Página {1} de {2}" },
        { "as-of", "A fecha de {1}" },
        { "made", "Elaborado el {1}" },
        { "at", "{1} a las {2}" },
        { "pair", "{1}: {2}" },

        { "title.letter", "Requerimiento de pago" },
        { "title.statement", "Extracto de cuenta" },
        { "title.charges", "Intereses e indemnizaciones" },
        { "title.agency", "Expediente para gestión amistosa de cobro" },
        { "title.court", "Expediente para reclamación judicial de pago" },
        { "title.dossier", "Expediente del cliente" },

        { "party.creditor", "Acreedor" },
        { "party.customer", "Cliente" },
        { "party.recipient", "Entregado a" },
        { "party.id", "Número de cliente" },
        { "party.registration", "Registro" },
        { "party.vat", "NIF-IVA" },
        { "party.email", "Correo electrónico" },
        { "party.phone", "Teléfono" },

        { "claim.asked", "Importe pendiente a {1}" },
        { "claim.principal", "Facturas: pendiente" },
        { "claim.credit", "Menos saldo a favor" },
        { "claim.interest", "Intereses de demora" },
        { "claim.fixed", "Indemnización por costes de cobro" },
        { "claim.total", "Total" },
        { "claim.unclaimed", "Intereses e indemnizaciones, no reclamados" },
        { "claim.credit-left", "Saldo que queda a favor del cliente" },

        { "section.contents", "Contenido" },
        { "section.invoices", "Facturas" },
        { "section.statement", "Extracto de cuenta" },
        { "section.charges", "Intereses e indemnizaciones" },
        { "section.chronology", "Cronología de las comunicaciones" },
        { "section.proof", "Prueba de los envíos" },
        { "section.references", "Contratos, entregas y documentos" },
        { "section.payment", "Para pagar por transferencia" },

        { "column.invoice", "Factura" },
        { "column.issued", "Emitida" },
        { "column.due", "Vencimiento" },
        { "column.days-late", "Días de retraso" },
        { "column.amount", "Importe" },
        { "column.paid", "Pagado" },
        { "column.open", "Pendiente" },
        { "column.contract", "Contrato o pedido" },
        { "column.delivered", "Entrega" },
        { "column.document", "Documento" },
        { "column.date", "Fecha" },
        { "column.operation", "Concepto" },
        { "column.reference", "Referencia" },
        { "column.debit", "Debe" },
        { "column.credit", "Haber" },
        { "column.balance", "Saldo" },
        { "column.from", "Desde" },
        { "column.to", "Hasta" },
        { "column.days", "Días" },
        { "column.base", "Importe pendiente" },
        { "column.rate", "Tipo anual" },
        { "column.sum", "Intereses" },
        { "column.instalment", "Plazo" },

        { "invoices.instalment", "Plazo {1}" },
        { "invoices.replaced", "Plazo {1}, sustituido por un plan de pagos" },
        { "invoices.fee", "Gastos del plan de pagos" },
        { "invoices.enclosed", "{1} (adjunto)" },
        { "invoices.not-enclosed", "{1} (no adjunto)" },
        { "invoices.disputed", "{1} (impugnada)" },
        { "invoices.total", "Total" },

        { "statement.invoice", "Factura" },
        { "statement.payment", "Pago" },
        { "statement.credit", "Abono" },
        { "statement.refund", "Reembolso" },
        { "statement.chargeback", "Pago devuelto" },
        { "statement.write-off", "Cancelación contable" },
        { "statement.fee", "Gastos" },
        { "statement.discount", "Descuento concedido" },
        { "statement.not-claimed", "No reclamado aquí" },
        { "statement.on-account", "Saldo a favor" },
        { "statement.brought-forward", "Saldo anterior" },
        { "statement.balance", "Saldo a {1}" },
        { "statement.balance-credit", "Saldo a {1}, a favor del cliente" },
        { "statement.empty", "Sin movimientos." },
        { "statement.remark",
                "Este extracto recoge las facturas reclamadas, aquellas de las que procede "
                "un saldo a favor y todo lo registrado sobre ellas hasta esa fecha; las demás "
                "facturas saldadas no figuran. ¿Falta algo? Díganoslo y lo revisaremos con "
                "usted." },

        { "charges.none", "No se piden intereses ni indemnizaciones." },
        { "charges.invoice", "Factura {1}" },
        { "charges.interest", "Intereses de la factura" },
        { "charges.fixed", "Indemnización fija" },
        { "charges.source", "Base legal" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3), 6",
                "Directiva 2011/7/UE, arts. 2.6, 3.3 y 6" },
        { "law.Directive 2011/7/EU, art. 2(6), 3(3)", "Directiva 2011/7/UE, arts. 2.6 y 3.3" },
        { "law.Loi du 2 août 2002, art. 5, 6", "Loi du 2 août 2002, art. 5, 6" },
        { "law.Loi du 2 août 2002, art. 5", "Loi du 2 août 2002, art. 5" },
        { "charges.total", "Total de intereses e indemnizaciones" },
        { "charges.unclaimed",
                "Estos importes no se reclaman: no queda ninguna factura por pagar y no se "
                "piden por sí solos." },
        { "charges.method",
                "Interés simple, día a día, desde el día siguiente al vencimiento, sobre el "
                "importe pendiente ese día: importe × tipo anual × días ÷ 365. El total de "
                "cada factura se redondea una sola vez, a la unidad mínima de la moneda; por eso "
                "una línea puede diferir en una unidad de su propio cálculo, nunca su suma." },

        { "chronology.channel", "Enviado por {1}" },
        { "chronology.address", "Dirección" },
        { "chronology.invoices", "Facturas" },
        { "chronology.total", "Importe solicitado" },
        { "chronology.deadline", "Fecha límite indicada" },
        { "chronology.outcome", "Resultado" },
        { "chronology.delivery", "Acuse" },
        { "chronology.reference", "Referencia de envío" },
        { "chronology.subject", "Asunto" },
        { "chronology.sha256", "SHA-256 del mensaje" },
        { "chronology.chain", "Anotación {1} del registro" },
        { "chronology.empty", "No consta ninguna comunicación." },
        { "chronology.note",
                "Horas según el reloj del acreedor: la del envío o, en lo dicho y acordado, "
                "la del registro." },

        { "proof.chain",
                "Cada envío y cada uno de sus resultados se anota en un registro encadenado: "
                "cada anotación contiene la huella SHA-256 de la anterior. Modificar, añadir o "
                "quitar una anotación cambia todas las siguientes." },
        { "proof.head", "El registro tenía {1} anotaciones; huella de la última:" },
        { "proof.hash",
                "La huella de cada mensaje es la de su texto tal como se envió. Los documentos "
                "adjuntos se identifican por la suya." },

        { "state.pending", "en espera" },
        { "state.handed", "en espera" },
        { "state.sent", "enviado" },
        { "state.failed", "no enviado" },
        { "state.uncertain", "envío incierto" },
        { "state.cancelled", "anulado" },

        { "delivered.delivered", "entregado" },
        { "delivered.read", "leído" },
        { "delivered.bounced", "rechazado por el destinatario" },

        { "channel.email", "correo electrónico" },
        { "channel.sms", "SMS" },
        { "channel.whatsapp", "WhatsApp" },
        { "channel.paper", "carta" },

        { "action.courtesy", "Aviso previo al vencimiento" },
        { "action.remind", "Recordatorio" },
        { "action.resend", "Factura enviada de nuevo" },
        { "action.deadline", "Solicitud con fecha límite" },
        { "action.call", "Llamada" },
        { "action.suspend", "Suspensión del servicio" },
        { "action.agency", "Entrega a la agencia" },
        { "action.legal", "Entrega al abogado" },
        { "action.reconnect", "Servicio restablecido" },

        { "occasion.thanks", "Agradecimiento" },
        { "occasion.promise-confirmed", "Compromiso confirmado" },
        { "occasion.promise-reminder", "Recordatorio de un compromiso" },
        { "occasion.promise-broken", "Compromiso no cumplido" },
        { "occasion.plan-confirmed", "Plan de pagos confirmado" },
        { "occasion.opt-out-confirmed", "Baja confirmada" },
        { "occasion.reconnect", "Servicio restablecido" },

        { "fact.promise", "Compromiso de pago" },
        { "fact.dispute", "Reclamación del cliente" },
        { "fact.hold", "Pausa de los recordatorios" },
        { "fact.release", "Reanudación" },
        { "fact.call", "Llamada" },
        { "fact.reply", "Respuesta del cliente" },
        { "fact.plan", "Plan de pagos" },
        { "fact.payment", "Pago" },
        { "fact.credit", "Abono" },
        { "fact.refund", "Reembolso" },
        { "fact.chargeback", "Pago devuelto" },
        { "fact.write-off", "Cancelación contable" },
        { "fact.bounce", "Dirección rechazada" },
        { "fact.opt-out", "Baja" },
        { "fact.skip", "Paso omitido" },
        { "fact.note", "Nota" },
        { "fact.promise-broken", "Compromiso no cumplido" },
        { "fact.plan-broken", "Fin del plan de pagos" },
        { "fact.done", "Hecho" },
        { "fact.waive", "Renuncia a los recargos" },

        { "letter.date", "{1}" },
        { "letter.subject", "Asunto: requerimiento de pago, factura {1}" },
        { "letter.subject-many", "Asunto: requerimiento de pago, {1} facturas" },
        { "letter.greeting", "Estimado cliente:" },
        { "letter.opening",
                "A día de hoy, y salvo error por nuestra parte, no hemos recibido el pago de "
                "las facturas siguientes." },
        { "letter.opening-one",
                "A día de hoy, y salvo error por nuestra parte, no hemos recibido el pago de "
                "la factura siguiente." },
        { "letter.opening-part",
                "A día de hoy, y salvo error por nuestra parte, las facturas siguientes no se "
                "han pagado por completo." },
        { "letter.opening-part-one",
                "A día de hoy, y salvo error por nuestra parte, la factura siguiente solo se "
                "ha pagado en parte." },
        { "letter.before", "Ya le hemos escrito sobre este asunto ({1}), sin haber encontrado "
                           "todavía una solución con usted." },
        { "letter.demand", "Por la presente le requerimos el pago de {1} a más tardar el {2}." },
        { "letter.demand-eight-days", "Por la presente le requerimos el pago de {1} en los ocho "
                                      "días siguientes a la recepción de esta carta." },
        { "letter.law",
                "Esta carta constituye un requerimiento en el sentido del artículo 1100 del "
                "Código Civil." },
        { "letter.charges", "Los intereses e indemnizaciones están calculados a {1} ({2}); con "
                            "gusto le enviaremos el cálculo detallado." },
        { "letter.follows.suspension", "Sin el pago en ese plazo, el servicio se suspenderá al día "
                                       "siguiente; se restablecerá en cuanto recibamos su pago." },
        { "letter.follows.agency",
                "Sin el pago en ese plazo, confiaremos este asunto a una agencia de cobro." },
        { "letter.follows.court",
                "Sin el pago en ese plazo, solicitaremos el pago ante el tribunal competente." },
        { "letter.contact",
                "Si hay algún problema con una factura o una entrega, o si le ayudaría pagar a "
                "plazos, díganoslo dentro de ese plazo: buscaremos una solución con usted. Si su "
                "pago ya está en camino, no tenga en cuenta esta carta." },
        { "letter.closing", "Atentamente," },

        { "payment.holder", "Titular" },
        { "payment.iban", "IBAN" },
        { "payment.bic", "BIC" },
        { "payment.reference", "Concepto" },
        { "payment.amount", "Importe" },
};
const size_t n_words_es = ELEMENTSOF(words_es);
