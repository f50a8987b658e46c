/* Preloaded into an executable that was built with -finstrument-functions: keeps which functions were entered and left,
   in order, between two SIGUSR2. Async-signal-safe; no locks. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

struct Event {
    uint64_t function;
    uint32_t thread;
    uint32_t is_entry;
};

enum { kMost = 1 << 21 };
static struct Event events[kMost];
static atomic_uint count;
static atomic_int recording;

__attribute__((no_instrument_function)) static void note(void* function, uint32_t is_entry)
{
    if (!atomic_load_explicit(&recording, memory_order_relaxed))
        return;
    unsigned const at = atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
    if (at < kMost)
        events[at] = (struct Event){(uint64_t)function, (uint32_t)syscall(SYS_gettid), is_entry};
}

__attribute__((no_instrument_function)) void __cyg_profile_func_enter(void* function, void* caller)
{
    (void)caller;
    note(function, 1);
}

__attribute__((no_instrument_function)) void __cyg_profile_func_exit(void* function, void* caller)
{
    (void)caller;
    note(function, 0);
}

__attribute__((no_instrument_function)) static void toggle(int signal)
{
    (void)signal;
    if (!atomic_exchange(&recording, 1))
        return;
    atomic_store(&recording, 0);
    unsigned const all = atomic_load(&count);
    char const* path = getenv("SLUICE_WAY_FILE");
    int const file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;
    size_t const size = (all < kMost ? all : kMost) * sizeof events[0];
    size_t done = 0;
    while (file >= 0 && done < size) {
        ssize_t const written = write(file, (char const*)events + done, size - done);
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    if (file >= 0)
        close(file);
}

__attribute__((constructor, no_instrument_function)) static void begin(void)
{
    struct sigaction action = {0};
    action.sa_handler = toggle;
    action.sa_flags = SA_RESTART;
    sigaction(SIGUSR2, &action, NULL);
}
