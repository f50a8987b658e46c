#include "base/encoding.hpp"
#include "base/json.hpp"
#include "decimal.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

namespace sluice::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMaxFlaws = 20;

/// Knows the parser's path and collects flaws with it.
class Flaws {
public:
    void open(bool is_array)
    {
        if (depth_ == places_.size())
            places_.emplace_back();
        places_[depth_].is_array = is_array;
        places_[depth_].index = 0;
        ++depth_;
    }
    void close() { --depth_; }
    /// Called after each complete value.
    void next()
    {
        if (depth_ > 0)
            ++places_[depth_ - 1].index;
    }
    /// Called with a part of a name; `total` is the size of the name so far.
    void name(boost::json::string_view part, std::size_t total)
    {
        auto& name = places_[depth_ - 1].name;
        if (total == part.size())
            name.clear();
        name += part;
    }
    [[nodiscard]] std::string const& name() const { return places_[depth_ - 1].name; }

    void add(std::string message)
    {
        if (flaws_.size() < kMaxFlaws)
            flaws_.push_back({path(), std::move(message)});
    }
    [[nodiscard]] std::vector<FieldFailure> take() { return std::move(flaws_); }

private:
    /// The position in an open object or array.
    struct Place {
        bool is_array = false;
        std::size_t index = 0;
        std::string name;
    };

    [[nodiscard]] std::string path() const
    {
        std::string path;
        for (auto const& place : std::span(places_).first(depth_)) {
            if (place.is_array)
                path += '[' + std::to_string(place.index) + ']';
            else
                path += (path.empty() ? "" : ".") + to_valid_utf8(utf8_prefix(place.name, kMaxNameInPath));
        }
        return path;
    }

    static constexpr std::size_t kMaxNameInPath = 100;

    std::vector<Place> places_;
    std::size_t depth_ = 0;
    std::vector<FieldFailure> flaws_;
};

/// The double nearest to a number's text, and whether it keeps all digits. The parser's own doubles are sometimes wrong
/// in the last place, and infinite on overflow.
std::pair<double, bool> exact(std::string_view text)
{
    double number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !std::isfinite(number)) {
        Digits const digits(text);
        bool const is_large = digits.exponent + std::ssize(digits.digits) > 0;
        auto const most = std::numeric_limits<double>::max();
        return {!is_large ? 0 : text.starts_with('-') ? -most : most, false};
    }
    if (text.size() <= std::numeric_limits<double>::digits10 && text.find_first_of("eE") == text.npos)
        return {number, true};
    std::array<char, 400> room{};
    return {number, Digits(text) == Digits(decimal_of(number, room))};
}

/// Builds the value and notes its flaws.
class Reader {
public:
    // Constants that the parser needs of its handler.
    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();

    Reader() { stack_.reset(); }

    Reading release() { return {stack_.release(), flaws_.take()}; }

    bool on_document_begin(boost::system::error_code&) { return true; }
    bool on_document_end(boost::system::error_code&) { return true; }
    bool on_object_begin(boost::system::error_code&)
    {
        flaws_.open(false);
        return true;
    }
    bool on_object_end(std::size_t size, boost::system::error_code&)
    {
        flaws_.close();
        stack_.push_object(size);
        flaws_.next();
        return true;
    }
    bool on_array_begin(boost::system::error_code&)
    {
        flaws_.open(true);
        return true;
    }
    bool on_array_end(std::size_t size, boost::system::error_code&)
    {
        flaws_.close();
        stack_.push_array(size);
        flaws_.next();
        return true;
    }
    bool on_key_part(boost::json::string_view part, std::size_t total, boost::system::error_code&)
    {
        flaws_.name(part, total);
        stack_.push_chars(part);
        return true;
    }
    bool on_key(boost::json::string_view part, std::size_t total, boost::system::error_code&)
    {
        flaws_.name(part, total);
        if (flaws_.name().find('\0') != std::string::npos)
            flaws_.add("must not have a zero character in its name");
        stack_.push_key(part);
        return true;
    }
    bool on_string_part(boost::json::string_view part, std::size_t, boost::system::error_code&)
    {
        has_zero_ = has_zero_ || part.find('\0') != boost::json::string_view::npos;
        stack_.push_chars(part);
        return true;
    }
    bool on_string(boost::json::string_view part, std::size_t, boost::system::error_code&)
    {
        if (has_zero_ || part.find('\0') != boost::json::string_view::npos)
            flaws_.add("must not contain a zero character (\\u0000)");
        has_zero_ = false;
        stack_.push_string(part);
        flaws_.next();
        return true;
    }
    bool on_number_part(boost::json::string_view part, boost::system::error_code&)
    {
        number_ += part;
        return true;
    }
    bool on_int64(std::int64_t number, boost::json::string_view, boost::system::error_code&)
    {
        number_.clear();
        stack_.push_int64(number);
        flaws_.next();
        return true;
    }
    bool on_uint64(std::uint64_t number, boost::json::string_view, boost::system::error_code&)
    {
        number_.clear();
        stack_.push_uint64(number);
        flaws_.next();
        return true;
    }
    bool on_double(double, boost::json::string_view part, boost::system::error_code&)
    {
        number_ += part;
        auto const [number, is_kept] = exact(number_);
        if (!is_kept)
            flaws_.add("is a number with more digits than are kept; send it as text if it is an id");
        stack_.push_double(number);
        number_.clear();
        flaws_.next();
        return true;
    }
    bool on_bool(bool flag, boost::system::error_code&)
    {
        stack_.push_bool(flag);
        flaws_.next();
        return true;
    }
    bool on_null(boost::system::error_code&)
    {
        stack_.push_null();
        flaws_.next();
        return true;
    }
    bool on_comment_part(boost::json::string_view, boost::system::error_code&) { return true; }
    bool on_comment(boost::json::string_view, boost::system::error_code&) { return true; }

private:
    boost::json::value_stack stack_;
    std::string number_;
    bool has_zero_ = false;
    Flaws flaws_;
};

Result<Reading> read_strictly(std::string_view text, Limits const& limits)
{
    if (text.size() > limits.max_bytes)
        return Error{ErrorCode::too_large,
                     "The JSON text is larger than " + std::to_string(limits.max_bytes) + " bytes."};
    boost::json::parse_options options;
    options.max_depth = limits.max_depth;
    boost::json::basic_parser<Reader> parser(options);
    boost::system::error_code failure;
    auto const used = parser.write_some(false, text.data(), text.size(), failure);
    if (!failure && text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
        failure = boost::json::error::extra_data;
    if (failure == boost::json::error::too_deep)
        return Error{ErrorCode::invalid_argument,
                     "The JSON is nested deeper than " + std::to_string(limits.max_depth) + " levels."};
    if (failure)
        return Error{ErrorCode::invalid_argument,
                     "The JSON is not valid near byte " + std::to_string(used) + ": " + failure.message() + "."};
    return parser.handler().release();
}

/// The code unit of the escape `\uXXXX` at the start of `text`; nothing if there is none.
std::optional<unsigned> code_unit_at(std::string_view text)
{
    unsigned unit = 0;
    if (text.size() < 6 || !text.starts_with("\\u") ||
        std::from_chars(text.data() + 2, text.data() + 6, unit, 16).ptr != text.data() + 6)
        return std::nullopt;
    return unit;
}

} // namespace

std::optional<std::string> mended(std::string_view text)
{
    bool is_mended = text.starts_with(kByteOrderMark);
    if (is_mended)
        text.remove_prefix(kByteOrderMark.size());
    std::string out;
    out.reserve(text.size());
    for (;;) {
        // In JSON a backslash is only inside strings, and always before the character that it escapes.
        auto const escape = std::min(text.find('\\'), text.size());
        out += text.substr(0, escape);
        text.remove_prefix(escape);
        if (text.empty())
            break;
        auto const unit = code_unit_at(text);
        auto const second = unit ? code_unit_at(text.substr(6)) : std::nullopt;
        bool const is_high = unit && *unit >= 0xd800 && *unit <= 0xdbff;
        bool const is_low = unit && *unit >= 0xdc00 && *unit <= 0xdfff;
        bool const is_pair = is_high && second && *second >= 0xdc00 && *second <= 0xdfff;
        std::size_t const length = is_pair ? 12 : unit ? 6 : std::min<std::size_t>(2, text.size());
        if ((is_high && !is_pair) || is_low) {
            out += "\\ufffd";
            is_mended = true;
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return is_mended ? std::optional(std::move(out)) : std::nullopt;
}

Result<Reading> read(std::string_view text, Limits const& limits)
{
    auto reading = read_strictly(text, limits);
    if (reading || reading.error().code() == ErrorCode::too_large)
        return reading;
    // Only a refused text is mended and read again, so a usual text is read once.
    auto const better = mended(text);
    return better ? read_strictly(*better, limits) : std::move(reading);
}

Result<value> parse_input(std::string_view text, Limits const& limits)
{
    auto reading = read_strictly(text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text, limits);
    if (!reading)
        return reading.error();
    if (!reading->flaws.empty())
        return Error{std::move(reading->flaws)};
    return std::move(reading->root);
}

Result<value> parse(std::string_view text, Limits const& limits)
{
    auto reading = read(text, limits);
    if (!reading)
        return reading.error();
    return std::move(reading->root);
}

} // namespace sluice::json
