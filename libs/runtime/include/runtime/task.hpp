#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace sluice {

namespace asio = boost::asio;

/// A coroutine of one I/O thread. The executor is the concrete one: no type erasure on each wait.
template <class T>
using Task = asio::awaitable<T, asio::io_context::executor_type>;

} // namespace sluice
