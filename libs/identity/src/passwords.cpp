#include "identity/passwords.hpp"

#include "base/encoding.hpp"
#include "crypto/password_hash.hpp"
#include "crypto/totp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <new>
#include <utility>

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sluice::identity {
namespace {

/// Of the lists of passwords that are tried first, those that are long enough.
constexpr std::string_view kCommonest[] = {
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789123",
    "123456123456",
    "1234567891011",
    "098765432109",
    "987654321098",
    "qwertyuiopas",
    "qwertyuiop123",
    "qwerty123456",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdf",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "q1w2e3r4t5y6",
    "asdfghjkl123",
    "password1234",
    "password12345",
    "password123456",
    "password2024",
    "password2025",
    "password2026",
    "mypassword123",
    "passw0rd1234",
    "p@ssword1234",
    "p@ssw0rd1234",
    "passwordpassword",
    "letmein12345",
    "welcome12345",
    "welcome123456",
    "admin1234567",
    "admin123456789",
    "administrator",
    "administrator1",
    "iloveyou1234",
    "iloveyou12345",
    "changeme1234",
    "changemeplease",
    "changethispassword",
    "trustno12345",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcd12345678",
    "abc123456789",
    "abcdef123456",
    "sunshine1234",
    "princess1234",
    "football1234",
    "basketball12",
    "unbelievable",
    "correcthorsebatterystaple",
    "correct horse battery staple",
};
/// What is shorter pieces over and over is no longer than a piece.
constexpr std::size_t kLongestPiece = 3;

std::size_t characters_in(std::string_view text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

bool repeats_a_piece(std::string_view text)
{
    for (std::size_t size = 1; size <= kLongestPiece; ++size)
        if (text.substr(size) == text.substr(0, text.size() - size))
            return true;
    return false;
}

/// In the steps of nice(1). A thread gets a tenth of what one without gets. SCHED_IDLE would get a three-hundredth: on
/// a busy machine a sign-in took half a minute.
constexpr int kNice = 10;

/// The calling thread waits for its turn when it wakes (sched(7), SCHED_BATCH), and its turns are short.
void give_way()
{
    static thread_local bool is_set = false;
    if (std::exchange(is_set, true))
        return;
    sched_param const none{};
    // Only wishes. On Linux the niceness is a thread's own.
    [[maybe_unused]] auto const is_batch = ::sched_setscheduler(0, SCHED_BATCH, &none);
    [[maybe_unused]] auto const is_nice = ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
}

Error too_many_wait()
{
    return {ErrorCode::rate_limited, "Too many are signing in. Retry in a few seconds."};
}

} // namespace

Result<void> check_password(Secret const& password, std::string_view email, std::string_view field)
{
    auto const& text = password.reveal();
    auto const refuse = [&](std::string message) -> Result<void> {
        return invalid(std::string(field), std::move(message));
    };
    if (!is_utf8(text))
        return refuse("must be text in UTF-8");
    auto const size = characters_in(text);
    if (size < kShortestPassword || size > kLongestPassword)
        return refuse(fmt::format("must have {} to {} characters", kShortestPassword, kLongestPassword));
    auto const lower = to_lower(text);
    if (!email.empty() && lower == to_lower(email))
        return refuse("must not be your e-mail");
    if (repeats_a_piece(lower) || std::ranges::find(kCommonest, lower) != std::end(kCommonest))
        return refuse("is one of those that are tried first; choose another, such as several words");
    return {};
}

PasswordHasherMetrics::PasswordHasherMetrics(telemetry::Registry& registry)
    : seconds(registry.histogram("sluice_identity_password_hash_seconds", "Time to hash a password, without waiting"))
    , refused(registry.counter("sluice_identity_password_hashes_refused_total",
                               "Passwords that were not hashed because too many waited"))
{
}

/// What its jobs share with it.
struct PasswordHasher::Shared {
    Shared(PasswordHasherMetrics& measured, crypto::HashCost wanted)
        : metrics(measured)
        , cost(wanted)
        , nobodys(crypto::hash_password(crypto::new_totp_secret(), wanted))
    {
    }

    PasswordHasherMetrics& metrics;
    crypto::HashCost const cost;
    std::string const nobodys; ///< The hash of a random secret, which no password meets.
};

struct PasswordHasher::Queue::Places {
    std::atomic<std::int64_t> taken{0};
    std::atomic<std::int64_t> typical_us{0}; ///< How long a hash took of late.

    /// Takes a place if its turn will come in time, as far as one can tell.
    [[nodiscard]] bool take(Deadline deadline)
    {
        auto const before = taken.fetch_add(1, std::memory_order_relaxed);
        std::chrono::microseconds const wait((before + 1) * typical_us.load(std::memory_order_relaxed));
        if (before == 0 ||
            (before <= static_cast<std::int64_t>(kWaiting) && std::chrono::steady_clock::now() + wait < deadline.at()))
            return true;
        give_back();
        return false;
    }
    void give_back() { taken.fetch_sub(1, std::memory_order_relaxed); }
    void note(std::chrono::steady_clock::duration took)
    {
        constexpr std::int64_t kParts = 4;
        auto const last = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
        auto const known = typical_us.load(std::memory_order_relaxed);
        typical_us.store(known == 0 ? last : known + (last - known) / kParts, std::memory_order_relaxed);
    }
};

PasswordHasher::Queue::Queue()
    : places(std::make_shared<Places>())
    , pool(1, kWaiting + 1)
{
}

template <class T>
Task<Result<T>> PasswordHasher::in_turn(Queue& queue, Deadline deadline, std::move_only_function<T(Shared const&)> work)
{
    if (!queue.places->take(deadline)) {
        shared_->metrics.refused.add();
        co_return too_many_wait();
    }
    // The job keeps the place until it ends, also when nobody waits for it any more.
    std::shared_ptr<Queue::Places> place(queue.places.get(),
                                         [places = queue.places](Queue::Places*) { places->give_back(); });
    std::move_only_function<Result<T>(std::size_t)> job = [place = std::move(place), shared = shared_,
                                                           work = std::move(work),
                                                           deadline](std::size_t) mutable -> Result<T> {
        if (deadline.expired())
            return too_many_wait();
        give_way();
        auto const began = std::chrono::steady_clock::now();
        try {
            auto made = work(*shared);
            auto const took = std::chrono::steady_clock::now() - began;
            place->note(took);
            shared->metrics.seconds.observe(std::chrono::duration<double>(took).count());
            return made;
        } catch (std::bad_alloc const&) {
            return Error{ErrorCode::unavailable, "The service is overloaded. Retry in a moment.",
                         "no memory to hash a password"};
        }
    };
    auto done = co_await offload<T>(queue.pool, deadline, std::move(job));
    // Nothing is broken: the machine has more to do than it can.
    co_return !done && done.error().code() == ErrorCode::unavailable ? too_many_wait() : std::move(done);
}

PasswordHasher::PasswordHasher(PasswordHasherMetrics& metrics, crypto::HashCost cost)
    : shared_(std::make_shared<Shared>(metrics, cost))
{
}

PasswordHasher::~PasswordHasher() = default;

Task<Result<std::string>> PasswordHasher::hash(Secret password, Deadline deadline)
{
    std::move_only_function<std::string(Shared const&)> work = [password = std::move(password)](Shared const& shared) {
        return crypto::hash_password(password, shared.cost);
    };
    return in_turn<std::string>(known_, deadline, std::move(work));
}

Task<Result<PasswordHasher::Verdict>> PasswordHasher::verify(By who, std::optional<std::string> encoded,
                                                             Secret password, Deadline deadline)
{
    std::move_only_function<Verdict(Shared const&)> work = [encoded = std::move(encoded),
                                                            password = std::move(password)](Shared const& shared) {
        bool const is_right = crypto::verify_password(encoded ? *encoded : shared.nobodys, password);
        return Verdict{is_right && encoded, is_right && encoded && crypto::needs_rehash(*encoded, shared.cost)};
    };
    return in_turn<Verdict>(who == By::stranger ? strangers_ : known_, deadline, std::move(work));
}

} // namespace sluice::identity
