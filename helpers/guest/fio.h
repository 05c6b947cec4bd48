#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/guest/agent_client.h"
#include "helpers/guest/program_files.h"
#include "helpers/process/process.h"

/// fio (https://fio.readthedocs.io), version 3 or newer, in the guest: takes a job file, returns
/// JSON.
namespace dualpath::guest {

/// Completion latency (clat): from the system call, or the submission, to the completion.
struct FioLatency {
  std::chrono::nanoseconds mean{0};
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds longest{0};
};

/// Figures of a job for one direction.
struct FioDirection {
  std::uint64_t ios = 0;
  std::uint64_t bytes = 0;
  std::chrono::milliseconds runtime{0};
  FioLatency latency;
};

struct FioJob {
  std::string name;
  int error = 0;             ///< errno of the first error; EILSEQ: verification failed (verify=)
  std::uint64_t errors = 0;  ///< number of errors; more than one only with continue_on_error=
  FioDirection read;
  FioDirection write;
};

/// Result of a run of fio.
struct FioReport {
  std::string json;      ///< JSON output
  std::string messages;  ///< other output, such as blocks that failed verification
  process::Exit exit;
  std::vector<FioJob> jobs;
};

/// Prints "job soak: 240 writes, 240 reads, error 84 (Invalid or incomplete ...)" for each job, and
/// the messages.
std::ostream& operator<<(std::ostream& out, const FioReport& report);

/// Splits fio's output into JSON and the messages before and after it. Without JSON, returns an
/// `Error` with the messages, such as "Bad option <bogus=1>".
Result<FioReport> ParseFioOutput(const std::string& output, const process::Exit& exit);

/// Collects this machine's fio and the libraries that I/O on a disk needs. The engines sync, psync,
/// vsync, pvsync2, mmap, libaio, io_uring and sg work; those for other storage do not.
Result<ProgramFiles> GatherFio(Deadline deadline);

/// Puts fio and the job file into the guest and starts fio. ${DISK} in the job is the disk. See
/// AgentClient::ProgramState and ProgramOutput for its progress.
Status StartFio(AgentClient& agent, const std::string& job, Deadline deadline);

}  // namespace dualpath::guest
