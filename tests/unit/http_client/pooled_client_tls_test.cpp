#include "pooled_client_fixture.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace sluice::http {
namespace {

/// A certificate for localhost that nobody but the test trusts, with its key.
struct Certificate {
    Certificate()
        : key(EVP_EC_gen("P-256"))
        , certificate(X509_new())
    {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
        X509_set_version(certificate, X509_VERSION_3);
        X509_set_pubkey(certificate, key);
        auto* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<unsigned char const*>("localhost"), -1,
                                   -1, 0);
        X509_set_issuer_name(certificate, name);
        auto* names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());
    }
    ~Certificate()
    {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    Certificate(Certificate const&) = delete;
    Certificate& operator=(Certificate const&) = delete;

    [[nodiscard]] std::string pem() const
    {
        return written([this](BIO* out) { PEM_write_bio_X509(out, certificate); });
    }
    [[nodiscard]] std::string key_pem() const
    {
        return written([this](BIO* out) { PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
    }

    /// Makes the clients of this process trust it while it lives.
    class Trusted {
    public:
        explicit Trusted(Certificate const& certificate)
            : path_(testing::TempDir() + "sluice-client-test-" + std::to_string(::getpid()) + ".pem")
        {
            auto* file = std::fopen(path_.c_str(), "w");
            PEM_write_X509(file, certificate.certificate);
            std::fclose(file);
            ::setenv("SSL_CERT_FILE", path_.c_str(), 1);
        }
        ~Trusted()
        {
            ::unsetenv("SSL_CERT_FILE");
            std::remove(path_.c_str());
        }
        Trusted(Trusted const&) = delete;
        Trusted& operator=(Trusted const&) = delete;

    private:
        std::string const path_;
    };

    EVP_PKEY* key;
    X509* certificate;

private:
    template <class Write>
    static std::string written(Write write)
    {
        std::unique_ptr<BIO, decltype(&BIO_free)> const out(BIO_new(BIO_s_mem()), BIO_free);
        write(out.get());
        char const* text = nullptr;
        auto const size = BIO_get_mem_data(out.get(), &text);
        return {text, static_cast<std::size_t>(size)};
    }
};

/// A server by TLS that answers each read with the next of `answers`, or the last.
class TlsPeer {
public:
    static constexpr char kNextRecord = '\x01'; ///< In an answer.

    /// With `client`, only clients that show this certificate are answered.
    TlsPeer(asio::io_context& io, Certificate const& certificate, std::vector<std::string> answers,
            Certificate const* client = nullptr)
        : state_(std::make_shared<State>(io, std::move(answers)))
    {
        if (client != nullptr) {
            state_->context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
            state_->context.add_certificate_authority(asio::buffer(client->pem()));
            unsigned char const id = 1;
            SSL_CTX_set_session_id_context(state_->context.native_handle(), &id, 1);
        }
        SSL_CTX_use_certificate(state_->context.native_handle(), certificate.certificate);
        SSL_CTX_use_PrivateKey(state_->context.native_handle(), certificate.key);
        asio::co_spawn(io, accept(state_), [](std::exception_ptr const&) {});
    }
    [[nodiscard]] std::string url() const
    {
        return "https://localhost:" + std::to_string(state_->acceptor.local_endpoint().port()) + "/";
    }
    [[nodiscard]] std::size_t accepted() const { return state_->accepted; }

private:
    using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

    struct State {
        State(asio::io_context& the_io, std::vector<std::string> the_answers)
            : io(the_io)
            , context(asio::ssl::context::tls_server)
            , acceptor(the_io, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0))
            , answers(std::move(the_answers))
        {
        }
        asio::io_context& io;
        asio::ssl::context context;
        asio::basic_socket_acceptor<asio::ip::tcp, asio::io_context::executor_type> acceptor;
        std::vector<std::string> answers;
        std::size_t next = 0;
        std::size_t accepted = 0;
    };

    static Task<void> accept(std::shared_ptr<State> state)
    {
        for (;;) {
            Socket socket(state->io);
            auto const [failure] = co_await state->acceptor.async_accept(socket, kUseTask);
            if (failure)
                co_return;
            ++state->accepted;
            asio::co_spawn(state->io, serve(state, std::move(socket)), [](std::exception_ptr const&) {});
        }
    }

    static void set_cork(Socket& socket, int on)
    {
        ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    }

    static Task<void> serve(std::shared_ptr<State> state, Socket socket)
    {
        asio::ssl::stream<Socket> stream(std::move(socket), state->context);
        auto const [refused] = co_await stream.async_handshake(asio::ssl::stream_base::server, kUseTask);
        std::string request(16 * 1024, '\0');
        for (auto failed = refused; !failed;) {
            auto const [end, read] = co_await stream.async_read_some(asio::buffer(request), kUseTask);
            failed = end;
            if (failed)
                break;
            auto const answer = state->answers[std::min(state->next++, state->answers.size() - 1)];
            // A record for each part, and all of them in one packet.
            set_cork(stream.next_layer(), 1);
            boost::system::error_code failure;
            for (std::size_t at = 0; at < answer.size() && !failure;) {
                auto const part_end = std::min(answer.find(kNextRecord, at), answer.size());
                auto const [failed_part, written] = co_await asio::async_write(
                    stream, asio::buffer(std::string_view(answer).substr(at, part_end - at)), kUseTask);
                failure = failed_part;
                at = part_end + 1;
            }
            set_cork(stream.next_layer(), 0);
            failed = failure;
        }
    }

    std::shared_ptr<State> state_;
};

class TlsTest : public PooledClientTest {
protected:
    Result<IncomingResponse> call_tls(TlsPeer const& peer)
    {
        OutgoingRequest request;
        request.url = peer.url();
        return test::run_on(io_, trusting_.send(std::move(request), Deadline::after(5s)));
    }

    Certificate certificate_;
    Certificate::Trusted trusted_{certificate_};
    PooledClient trusting_{io_, {}, egress_, metrics_};
};

TEST_F(TlsTest, ReadsLargeAnswersAndReusesTheConnection)
{
    std::string const body(300'000, 'x');
    TlsPeer const peer(io_, certificate_, {http_answer(200, body)});
    for (int i = 0; i < 3; ++i) {
        auto const answer = call_tls(peer);
        ASSERT_TRUE(answer) << answer.error().log_message();
        EXPECT_EQ(answer->body, body);
    }
    EXPECT_LE(peer.accepted(), 2U) << "a session ticket that comes late may cost the first connection";
}

TEST_F(TlsTest, SeesWhatTlsHasTakenFromTheSocketAlready)
{
    // The second record waits within TLS when the first has been read.
    TlsPeer const peer(
        io_, certificate_,
        {http_answer(200, "first") + TlsPeer::kNextRecord + http_answer(200, "late"), http_answer(200, "second")});

    auto const first = call_tls(peer);
    auto const second = call_tls(peer);

    ASSERT_TRUE(first) << first.error().log_message();
    EXPECT_EQ(first->body, "first");
    ASSERT_TRUE(second) << second.error().log_message();
    EXPECT_EQ(second->body, "second");
    EXPECT_EQ(peer.accepted(), 2U);
}

TEST_F(TlsTest, ResumesTheSessionOfAnEarlierConnection)
{
    TlsPeer const peer(io_, certificate_, {"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"});

    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(call_tls(peer));

    EXPECT_EQ(peer.accepted(), 4U);
    EXPECT_GE(metrics_.resumptions.value(), 2.0);
}

TEST_F(TlsTest, TrustsTheAuthorityOfAnInstallationForItsCallsAlone)
{
    Certificate const own;
    TlsPeer const peer(io_, own, {http_answer(200, "{}")});
    auto identity = std::make_shared<TlsIdentity>();
    identity->id = "own";
    identity->ca = own.pem();
    OutgoingRequest request;
    request.url = peer.url();
    request.tls = identity;

    auto const trusted = test::run_on(io_, trusting_.send(request, Deadline::after(5s)));
    auto const other = call_tls(peer);

    ASSERT_TRUE(trusted) << trusted.error().log_message();
    ASSERT_FALSE(other) << "a warm connection of one installation must not serve another";
    EXPECT_EQ(other.error().code(), ErrorCode::upstream_unreachable);
}

TEST_F(TlsTest, ShowsTheCertificateOfAnInstallation)
{
    Certificate const client;
    TlsPeer const peer(io_, certificate_, {http_answer(200, "{}")}, &client);
    auto identity = std::make_shared<TlsIdentity>();
    identity->id = "client";
    identity->certificate = client.pem();
    int opened = 0;
    identity->key = [&] {
        ++opened;
        return Result<Secret>(Secret(client.key_pem()));
    };
    OutgoingRequest request;
    request.url = peer.url();
    request.tls = identity;

    auto const shown = test::run_on(io_, trusting_.send(request, Deadline::after(5s)));
    auto const shown_again = test::run_on(io_, trusting_.send(request, Deadline::after(5s)));
    auto const nothing_shown = call_tls(peer);

    ASSERT_TRUE(shown) << shown.error().log_message();
    EXPECT_TRUE(shown_again);
    EXPECT_EQ(opened, 1) << "the key is opened for the client's first use of it";
    ASSERT_FALSE(nothing_shown);
    auto const told = nothing_shown.error().public_detail();
    EXPECT_TRUE(told.starts_with("localhost wants a client certificate that it accepts: ")) << told;
    EXPECT_TRUE(told.contains("override.tls")) << told;
}

TEST_F(TlsTest, GivesTheReasonWhyAKeyDoesNotOpen)
{
    Certificate const client;
    TlsPeer const peer(io_, certificate_, {http_answer(200, "{}")}, &client);
    auto identity = std::make_shared<TlsIdentity>();
    identity->id = "sealed";
    identity->certificate = client.pem();
    identity->key = [] { return Result<Secret>(Error{ErrorCode::forbidden, "The key is gone."}); };
    OutgoingRequest request;
    request.url = peer.url();
    request.tls = identity;

    auto const refused = test::run_on(io_, trusting_.send(request, Deadline::after(5s)));
    identity->key = [&] { return Result<Secret>(Secret(client.key_pem())); };
    auto const answered = test::run_on(io_, trusting_.send(request, Deadline::after(5s)));

    EXPECT_EQ(refused.error().public_detail(), "The key is gone.");
    EXPECT_TRUE(answered) << "what failed is not kept";
}

TEST_F(TlsTest, TellsWhichPartOfAnIdentityCannotBeRead)
{
    Certificate const client;
    TlsPeer const peer(io_, certificate_, {http_answer(200, "{}")});
    auto const refusal_of = [&](std::string ca, std::string certificate, std::string const& key) {
        auto identity = std::make_shared<TlsIdentity>();
        identity->id = ca + certificate + key;
        identity->ca = std::move(ca);
        identity->certificate = std::move(certificate);
        identity->key = [key] { return Result<Secret>(Secret(key)); };
        OutgoingRequest request;
        request.url = peer.url();
        request.tls = identity;
        auto const answer = test::run_on(io_, trusting_.send(request, Deadline::after(5s)));
        return answer || answer.error().failures().empty() ? std::string() : answer.error().failures().front().path;
    };

    EXPECT_EQ(refusal_of("no PEM", "", ""), "tls.ca");
    EXPECT_EQ(refusal_of("", "no PEM", client.key_pem()), "tls.certificate");
    EXPECT_EQ(refusal_of("", client.pem(), "no PEM"), "tls.key");
    EXPECT_EQ(refusal_of("", client.pem(), Certificate().key_pem()), "tls.key") << "the key of another certificate";
}

TEST_F(TlsTest, RefusesACertificateThatNobodyKnows)
{
    Certificate const other;
    TlsPeer const peer(io_, other, {http_answer(200, "{}")});

    auto const answer = call_tls(peer);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::upstream_unreachable);
    auto const told = answer.error().public_detail();
    EXPECT_TRUE(told.starts_with("localhost could not be reached: its certificate is not trusted: self-signed "))
        << told;
    EXPECT_TRUE(told.contains("override.tls")) << told;
}

TEST_F(TlsTest, RefusesACertificateOfAnotherHost)
{
    TlsPeer const peer(io_, certificate_, {http_answer(200, "{}")});
    OutgoingRequest request;
    request.url = peer.url();
    request.url.replace(request.url.find("localhost"), 9, "127.0.0.1");

    auto const answer = test::run_on(io_, trusting_.send(std::move(request), Deadline::after(5s)));

    ASSERT_FALSE(answer);
    EXPECT_TRUE(answer.error().public_detail().contains("its certificate is not trusted: it is for another host."))
        << answer.error().public_detail();
}

} // namespace
} // namespace sluice::http
