#include "base/json.hpp"

#include "base/encoding.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

namespace sluice::json {
namespace {

/// 0: the byte stands for itself; 'u': \u00XX; else the letter of its short escape (RFC 8259 section 7).
constexpr std::array<char, 256> escape_table()
{
    std::array<char, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i)
        table[i] = 'u';
    table['"'] = '"';
    table['\\'] = '\\';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    return table;
}

constexpr auto kEscapes = escape_table();

/// How many of the eight bytes in `word`, read from memory, stand for themselves before the first that does not.
std::size_t unescaped_bytes(std::uint64_t word)
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    // The high bit of the first byte that is below `limit`, and perhaps of some behind it.
    auto const below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - kOnes * limit) & ~bytes; };
    auto const found = below(word, 0x20) | below(word ^ kOnes * '"', 1) | below(word ^ kOnes * '\\', 1);
    return static_cast<std::size_t>(std::countr_zero(found & kOnes * 0x80)) / 8;
}

char* escape_byte(char* to, char c)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    auto const escape = kEscapes[static_cast<std::uint8_t>(c)];
    if (escape == 0) {
        *to++ = c;
        return to;
    }
    *to++ = '\\';
    *to++ = escape;
    if (escape == 'u') {
        *to++ = '0';
        *to++ = '0';
        *to++ = kHex[static_cast<std::uint8_t>(c) >> 4];
        *to++ = kHex[static_cast<std::uint8_t>(c) & 15];
    }
    return to;
}

/// Writes `text` escaped at `to`, which has room for six times its size; the end of what was written.
char* escape_block(char* to, std::string_view text)
{
    auto const* from = text.data();
    auto const* const end = from + text.size();
    while (end - from >= 8) {
        // All eight are copied; what stands behind the first that is to be escaped is written over.
        std::uint64_t word = 0;
        std::memcpy(&word, from, sizeof word);
        std::memcpy(to, &word, sizeof word);
        auto const count = unescaped_bytes(word);
        from += count;
        to += count;
        if (count < 8)
            to = escape_byte(to, *from++);
    }
    while (from != end)
        to = escape_byte(to, *from++);
    return to;
}

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMaxFlaws = 20;

/// The shortest decimal that reads as `number`, without an exponent.
std::string_view decimal_of(double number, std::array<char, 400>& room)
{
    auto const chars = [](auto& to, double value, std::chars_format format) {
        return std::string_view(to.data(), std::to_chars(to.data(), to.data() + to.size(), value, format).ptr);
    };
    constexpr double kEveryInteger = 9007199254740992;
    if (number == 0)
        return "0"; // Also of -0.0.
    if (std::abs(number) < kEveryInteger)
        return chars(room, number, std::chars_format::fixed);
    // An integer. `fixed` writes what the binary number is in full; its shortest digits, and zeros, are what was meant.
    std::array<char, 32> short_form{};
    auto const text = chars(short_form, number, std::chars_format::scientific);
    auto const mark = text.find('e');
    int zeros = 0;
    std::from_chars(text.data() + mark + 2, text.data() + text.size(), zeros); // Behind `e+`.
    auto* to = room.data();
    bool is_fraction = false;
    for (char const c : text.substr(0, mark)) {
        zeros -= is_fraction ? 1 : 0;
        is_fraction = is_fraction || c == '.';
        if (c != '.')
            *to++ = c;
    }
    to = std::fill_n(to, zeros, '0');
    return {room.data(), to};
}

/// A decimal as its digits, without zeros at either end, and the power of ten of the last.
struct Digits {
    std::string digits;
    std::int64_t exponent = 0;

    explicit Digits(std::string_view number)
    {
        auto const mark = std::min(number.find_first_of("eE"), number.size());
        auto power = number.substr(std::min(mark + 1, number.size()));
        if (power.starts_with('+'))
            power.remove_prefix(1);
        auto const [end, error] = std::from_chars(power.data(), power.data() + power.size(), exponent);
        if (error == std::errc::result_out_of_range)
            exponent = power.starts_with('-') ? -kFar : kFar;
        exponent = std::clamp(exponent, -kFar, kFar);
        bool is_fraction = false;
        for (char const c : number.substr(0, mark)) {
            if (c == '.')
                is_fraction = true;
            if (c < '0' || c > '9')
                continue;
            exponent -= is_fraction ? 1 : 0;
            if (c != '0' || !digits.empty())
                digits += c;
        }
        while (digits.ends_with('0')) {
            digits.pop_back();
            ++exponent;
        }
        if (digits.empty())
            exponent = 0;
    }
    bool operator==(Digits const&) const = default;

private:
    static constexpr std::int64_t kFar = 1'000'000'000;
};

/// Builds the value and takes note of its flaws on the way.
class Reader {
public:
    // What the parser asks of its handler.
    static constexpr std::size_t max_object_size = boost::json::object::max_size();
    static constexpr std::size_t max_array_size = boost::json::array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();

    Reader() { stack_.reset(); }

    Reading release() { return {stack_.release(), std::move(flaws_)}; }

    bool on_document_begin(boost::system::error_code&) { return true; }
    bool on_document_end(boost::system::error_code&) { return true; }
    bool on_object_begin(boost::system::error_code&)
    {
        open(false);
        return true;
    }
    bool on_object_end(std::size_t size, boost::system::error_code&)
    {
        --depth_;
        stack_.push_object(size);
        next();
        return true;
    }
    bool on_array_begin(boost::system::error_code&)
    {
        open(true);
        return true;
    }
    bool on_array_end(std::size_t size, boost::system::error_code&)
    {
        --depth_;
        stack_.push_array(size);
        next();
        return true;
    }
    bool on_key_part(boost::json::string_view part, std::size_t total, boost::system::error_code&)
    {
        note_key(part, total);
        stack_.push_chars(part);
        return true;
    }
    bool on_key(boost::json::string_view part, std::size_t total, boost::system::error_code&)
    {
        note_key(part, total);
        if (places_[depth_ - 1].name.find('\0') != std::string::npos)
            flaw("must not have a zero character in its name");
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
            flaw("must not contain a zero character (\\u0000)");
        has_zero_ = false;
        stack_.push_string(part);
        next();
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
        next();
        return true;
    }
    bool on_uint64(std::uint64_t number, boost::json::string_view, boost::system::error_code&)
    {
        number_.clear();
        stack_.push_uint64(number);
        next();
        return true;
    }
    bool on_double(double, boost::json::string_view part, boost::system::error_code&)
    {
        number_ += part;
        stack_.push_double(exact(number_));
        number_.clear();
        next();
        return true;
    }
    bool on_bool(bool flag, boost::system::error_code&)
    {
        stack_.push_bool(flag);
        next();
        return true;
    }
    bool on_null(boost::system::error_code&)
    {
        stack_.push_null();
        next();
        return true;
    }
    bool on_comment_part(boost::json::string_view, boost::system::error_code&) { return true; }
    bool on_comment(boost::json::string_view, boost::system::error_code&) { return true; }

private:
    /// Where in an open object or array the parser is.
    struct Place {
        bool is_array = false;
        std::size_t index = 0;
        std::string name;
    };

    void open(bool is_array)
    {
        if (depth_ == places_.size())
            places_.emplace_back();
        places_[depth_].is_array = is_array;
        places_[depth_].index = 0;
        ++depth_;
    }

    /// A value is complete.
    void next()
    {
        if (depth_ > 0)
            ++places_[depth_ - 1].index;
    }

    void note_key(boost::json::string_view part, std::size_t total)
    {
        auto& name = places_[depth_ - 1].name;
        if (total == part.size())
            name.clear();
        name += part;
    }

    /// The parser's own doubles are a unit in the last place off at times, and infinite where they overflow.
    double exact(std::string_view text)
    {
        double number = 0;
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        bool is_kept = error == std::errc{} && std::isfinite(number);
        if (!is_kept) {
            Digits const digits(text);
            bool const is_large = digits.exponent + std::ssize(digits.digits) > 0;
            auto const most = std::numeric_limits<double>::max();
            number = !is_large ? 0 : text.starts_with('-') ? -most : most;
        } else if (text.size() > std::numeric_limits<double>::digits10 || text.find_first_of("eE") != text.npos) {
            std::array<char, 400> room{};
            is_kept = Digits(text) == Digits(decimal_of(number, room));
        }
        if (!is_kept)
            flaw("is a number with more digits than are kept; send it as text if it is an id");
        return number;
    }

    void flaw(std::string message)
    {
        if (flaws_.size() < kMaxFlaws)
            flaws_.push_back({path(), std::move(message)});
    }

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

    boost::json::value_stack stack_;
    std::vector<Place> places_;
    std::size_t depth_ = 0;
    std::string number_;
    bool has_zero_ = false;
    std::vector<FieldFailure> flaws_;
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

/// The code unit that the escape at the start of `text` (`\uXXXX`) stands for.
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
        // In JSON a backslash stands only inside of strings, and always before what it escapes.
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
    // Only what was refused is looked at again, so that the usual text is read once.
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

boost::json::string const* string_at(object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? member->if_string() : nullptr;
}

object const* object_at(object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? member->if_object() : nullptr;
}

array const* array_at(object const& object, std::string_view key)
{
    auto const* member = object.if_contains(key);
    return member != nullptr ? member->if_array() : nullptr;
}

value const* find_path(value const& root, std::string_view dotted)
{
    auto const* at = &root;
    while (at != nullptr && !dotted.empty()) {
        auto const dot = dotted.find('.');
        auto const* object = at->if_object();
        if (object == nullptr)
            return nullptr;
        at = object->if_contains(dotted.substr(0, dot));
        dotted = dot == std::string_view::npos ? std::string_view{} : dotted.substr(dot + 1);
    }
    return at;
}

void append_escaped(std::string& out, std::string_view text)
{
    // On the warm path this runs over every vendor byte: written through a raw pointer, a block at a time, so that room
    // for the worst case (six bytes for one) is made for the block only and is never cleared first.
    constexpr std::size_t kBlock = 256;
    for (; !text.empty(); text.remove_prefix(std::min(kBlock, text.size()))) {
        auto const block = text.substr(0, kBlock);
        auto const start = out.size();
        out.resize_and_overwrite(start + block.size() * 6, [&](char* buffer, std::size_t) {
            return static_cast<std::size_t>(escape_block(buffer + start, block) - buffer);
        });
    }
}

void append_quoted(std::string& out, std::string_view text)
{
    out += '"';
    append_escaped(out, text);
    out += '"';
}

array array_of(std::vector<std::string> const& texts)
{
    array made;
    made.reserve(texts.size());
    for (auto const& text : texts)
        made.emplace_back(text);
    return made;
}

std::vector<std::string> texts_in(value const& array)
{
    std::vector<std::string> texts;
    if (auto const* elements = array.if_array())
        for (auto const& element : *elements)
            if (element.is_string())
                texts.emplace_back(element.get_string());
    return texts;
}

namespace {

void append_number(std::string& out, value const& number)
{
    if (number.is_double()) {
        std::array<char, 400> room{};
        out += decimal_of(number.get_double(), room);
        return;
    }
    std::array<char, 24> room{};
    auto const end = number.is_int64() ? std::to_chars(room.data(), room.data() + room.size(), number.get_int64()).ptr
                                       : std::to_chars(room.data(), room.data() + room.size(), number.get_uint64()).ptr;
    out.append(room.data(), end);
}

enum class Order { as_it_is, by_name };

void append(std::string& out, value const& from, Order order)
{
    if (auto const* members = from.if_object()) {
        std::vector<object::const_iterator> places;
        places.reserve(members->size());
        for (auto member = members->begin(); member != members->end(); ++member)
            places.push_back(member);
        if (order == Order::by_name)
            std::ranges::sort(places, {}, [](auto const& member) { return member->key(); });
        char separator = '{';
        for (auto const& member : places) {
            out += std::exchange(separator, ',');
            append_quoted(out, member->key());
            out += ':';
            append(out, member->value(), order);
        }
        out += places.empty() ? "{}" : "}";
    } else if (auto const* elements = from.if_array()) {
        char separator = '[';
        for (auto const& element : *elements) {
            out += std::exchange(separator, ',');
            append(out, element, order);
        }
        out += elements->empty() ? "[]" : "]";
    } else if (auto const* text = from.if_string()) {
        append_quoted(out, *text);
    } else if (from.is_number()) {
        append_number(out, from);
    } else {
        out += from.is_null() ? "null" : from.get_bool() ? "true" : "false";
    }
}

} // namespace

std::string to_text(value const& from)
{
    std::string out;
    append(out, from, Order::as_it_is);
    return out;
}

std::string canonical(value const& from)
{
    std::string out;
    append(out, from, Order::by_name);
    return out;
}

} // namespace sluice::json
