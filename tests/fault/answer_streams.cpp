#include "answer_streams.hpp"

#include <fmt/format.h>

namespace sluice {
namespace {

class Generator {
public:
    Generator(Random& random, http::Method method, std::uint64_t born)
        : random_(random)
        , method_(method)
        , mark_(fmt::format("{}f={:010};", kSerial, born))
    {
    }

    Stream make()
    {
        Stream stream;
        auto const interim = interim_answers();
        auto const body = some_body();
        auto const chunked = "transfer-encoding: chunked\r\n\r\n";
        switch (below(random_, 40)) {
        case 0: // No length: the end of the connection.
            stream.bytes = head(200) + "\r\n" + body;
            stream.closes = stream.is_in_doubt = true;
            stream.is_good = true;
            break;
        case 1:
            stream.bytes = head(204) + "\r\n";
            stream.is_in_doubt = stream.is_good = true;
            break;
        case 2: // A body where there is none, now or late.
            stream.bytes = head(once_in(random_, 2) ? 204 : 304) + sized(body, body.size());
            if (once_in(random_, 2))
                stream.late = stream.bytes.substr(stream.bytes.size() - body.size());
            stream.bytes.resize(stream.bytes.size() - stream.late.size());
            stream.is_in_doubt = true;
            break;
        case 3:
            stream.bytes = head(200) + "content-length: 5\r\n" + chunked + chunks(body, false);
            stream.is_in_doubt = true;
            break;
        case 4:
            stream.bytes = head(200) + fmt::format("content-length: {}\r\n", body.size()) + sized(body, body.size());
            stream.is_in_doubt = true;
            break;
        case 5:
            stream.bytes = head(200) + "content-length: 7\r\n" + sized(body, body.size());
            stream.is_in_doubt = true;
            break;
        case 6:
            stream.bytes = head(200, "1.0") + "connection: keep-alive\r\n" + sized(body, body.size());
            stream.is_in_doubt = true;
            break;
        case 7:
            stream.bytes = head(200) + "connection: close\r\n" + sized(body, body.size());
            stream.is_in_doubt = stream.is_good = true;
            break;
        case 8: // More than was announced.
            stream.bytes = head(200) + sized(body, below(random_, body.size()));
            break;
        case 9: // Less than was announced.
            stream.bytes = head(200) + sized(body, body.size() + 1 + below(random_, 50));
            stream.is_in_doubt = true;
            end_somehow(stream);
            break;
        case 10: {
            auto text = chunks(body, true);
            text[below(random_, text.size())] = "\r\nx;0 "[below(random_, 6)];
            stream.bytes = head(200) + chunked + text;
            stream.may_be_whole = stream.hangs = true;
            break;
        }
        case 11:
            stream.bytes = head(200) + fmt::format("transfer-encoding: {}\r\n", coding()) + sized(body, body.size());
            stream.is_in_doubt = true;
            break;
        case 12:
            stream.bytes = "HTTP/1.1 101 Switching\r\nupgrade: x\r\nx-mark: " + mark_ + "\r\n\r\n" + body;
            stream.is_in_doubt = true;
            break;
        case 13:
            stream.bytes = garbage();
            stream.is_in_doubt = true;
            end_somehow(stream);
            break;
        case 14: // Without an end.
            stream.bytes = head(200) + chunked + (once_in(random_, 2) ? "5;a=\"" : "0\r\nx-t: ");
            while (stream.bytes.size() < 20'000)
                stream.bytes += mark_;
            stream.is_in_doubt = true;
            break;
        case 15:
            stream.bytes = head(999) + sized(body, body.size());
            stream.is_in_doubt = true;
            break;
        case 16: // Cut somewhere.
            stream.bytes = head(200) + (once_in(random_, 2) ? sized(body, body.size()) : chunked + chunks(body, true));
            stream.bytes.resize(below(random_, stream.bytes.size()));
            stream.is_in_doubt = true;
            end_somehow(stream);
            break;
        case 17: // Bytes behind the answer.
            stream.bytes = head(200) + sized(body, body.size()) + body;
            break;
        case 18: // A second answer behind it.
            stream.bytes = head(200) + sized(body, body.size()) + head(200) + sized(body, body.size());
            break;
        case 19:
        case 20: // A second answer late.
            stream.bytes = head(200) + sized(body, body.size());
            stream.late = head(200) + sized(body, body.size());
            break;
        case 21: // Closed while idle.
            stream.bytes = head(200) + sized(body, body.size());
            stream.closes = stream.is_in_doubt = true;
            stream.is_good = true;
            break;
        case 22:
        case 23:
        case 24:
            stream.bytes = head(once_in(random_, 3) ? 404 : 200) + chunked + chunks(body, true);
            stream.is_good = true;
            break;
        case 25:
            stream.bytes = head(200) + sized("", 0);
            stream.is_good = true;
            break;
        default:
            stream.bytes = head(once_in(random_, 3) ? 429 : 200) + sized(body, body.size());
            stream.is_good = true;
        }
        stream.bytes = interim + stream.bytes;
        if (interim_count_ > 16)
            stream.is_good = !(stream.is_in_doubt = true);
        if (method_ == http::Method::head) {
            stream.is_in_doubt = true;
            stream.is_good = false; // Its body, if it comes, is behind the answer.
        }
        return stream;
    }

private:
    std::string head(int status, std::string_view version = "1.1")
    {
        return fmt::format("HTTP/{} {} X\r\nx-mark: {}\r\n", version, status, mark_);
    }

    std::string interim_answers()
    {
        constexpr int kStatus[]{100, 102, 103, 110, 199};
        interim_count_ = once_in(random_, 2) ? 0 : once_in(random_, 20) ? 40 : 1 + below(random_, 4);
        std::string text;
        for (std::uint64_t i = 0; i < interim_count_; ++i) {
            text += head(kStatus[below(random_, std::size(kStatus))]);
            text += once_in(random_, 3) ? "content-length: 3\r\n\r\n" : "\r\n";
        }
        return text;
    }

    std::string some_body()
    {
        std::string body;
        for (auto count = 1 + below(random_, once_in(random_, 20) ? 2'000 : 8); count > 0; --count)
            body += mark_;
        return body;
    }

    static std::string sized(std::string const& body, std::size_t length)
    {
        return fmt::format("content-length: {}\r\n\r\n{}", length, body);
    }

    std::string chunks(std::string_view body, bool with_rest)
    {
        std::string text;
        while (!body.empty()) {
            auto const part = body.substr(0, mark_.size() * (1 + below(random_, 40)));
            body.remove_prefix(part.size());
            text +=
                fmt::format("{:x}{}\r\n{}\r\n", part.size(), with_rest && once_in(random_, 3) ? ";" + mark_ : "", part);
        }
        text += "0\r\n";
        if (with_rest && once_in(random_, 2))
            text += "x-trailer: " + mark_ + "\r\n";
        return text + "\r\n";
    }

    std::string_view coding()
    {
        constexpr std::string_view kCodings[]{"identity", "gzip, chunked", "xchunked", "chunked, identity"};
        return kCodings[below(random_, std::size(kCodings))];
    }

    std::string garbage()
    {
        std::string text(1 + below(random_, 200), '\0');
        for (auto& c : text)
            c = static_cast<char>(below(random_, 256));
        return once_in(random_, 2) ? text : "HTTP/1.1 200 X\r\n" + text + "\r\n\r\n";
    }

    void end_somehow(Stream& stream)
    {
        auto const way = below(random_, 3);
        stream.closes = way > 0;
        stream.resets = way == 1;
        stream.hangs = way == 0;
    }

    Random& random_;
    http::Method const method_;
    std::string const mark_;
    std::uint64_t interim_count_ = 0;
};

} // namespace

std::uint64_t below(Random& random, std::uint64_t bound)
{
    return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
}

bool once_in(Random& random, std::uint64_t times)
{
    return below(random, times) == 0;
}

Stream make_stream(Random& random, http::Method method, std::uint64_t born)
{
    return Generator(random, method, born).make();
}

} // namespace sluice
