#pragma once

#include "http_api/headers.hpp"
#include "http_api/networks.hpp"

namespace sluice::http {

/// The address of the client whose request came over a connection from `peer`. It is `peer`, unless `peer` is a trusted
/// proxy. Then the hops that `Forwarded` (RFC 7239) or `X-Forwarded-For` names are walked, from the last to the first,
/// to the first one that is not trusted; if all are trusted, to the first of the list. Fields of one name are one list.
/// A hop that names no address (`unknown`, `_hidden`, garbage) ends the walk, since what stands before it was written
/// by nobody who is trusted: the hop after it is the client. At most 32 hops are looked at.
///
/// A proxy usually writes one of the two fields and passes the other one on as the client sent it, so one of two may be
/// invented. If both came, they are believed only where they name the same client; otherwise the client is `peer`.
[[nodiscard]] boost::asio::ip::address_v6 find_client(Headers const& headers, boost::asio::ip::address_v6 const& peer,
                                                      Networks const& trusted);

} // namespace sluice::http
