#pragma once

#include "http_client/pooled_client.hpp"
#include "support/run.hpp"
#include "support/scripted_peer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sluice::http {

using namespace std::chrono_literals;
using test::cut;
using test::hang;
using test::http_answer;
using test::pause;
using test::reset;
using test::Script;
using test::ScriptedPeer;
using test::send;

class PooledClientTest : public testing::Test {
protected:
    Result<IncomingResponse> call(ScriptedPeer const& peer, Method method = Method::get, std::string body = {},
                                  std::chrono::milliseconds limit = 5s)
    {
        OutgoingRequest request;
        request.method = method;
        request.url = peer.url();
        request.body = std::move(body);
        return test::run_on(io_, client_.send(std::move(request), Deadline::after(limit)));
    }

    /// Runs what is left to do until the peer has seen all its connections closed.
    bool all_closed(ScriptedPeer const& peer)
    {
        auto const limit = Deadline::after(2s);
        io_.restart();
        while (peer.open() > 0 && !limit.expired())
            io_.run_one_for(50ms);
        return peer.open() == 0;
    }

    asio::io_context io_{1};
    telemetry::Registry registry_;
    ClientMetrics metrics_{registry_};
    EgressPolicy const egress_ = *EgressPolicy::allowing({"127.0.0.0/8"});
    PooledClient client_{io_, ClientConfig{.response_limit_bytes = 64 * 1024}, egress_, metrics_};
};

} // namespace sluice::http
