#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace sluice {

namespace asio = boost::asio;

/// A coroutine of one I/O thread. Its executor type is concrete, so that no wait pays for type erasure.
template <class T>
using Task = asio::awaitable<T, asio::io_context::executor_type>;

} // namespace sluice
