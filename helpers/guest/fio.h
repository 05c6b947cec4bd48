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

/// fio (https://fio.readthedocs.io), version 3 or newer, in the guest: a job file in, JSON out.
namespace dualpath::guest {

/// Completion latency (clat): from the system call, or the submission, to the end of the I/O.
struct FioLatency {
  std::chrono::nanoseconds mean{0};
  std::chrono::nanoseconds median{0};
  std::chrono::nanoseconds longest{0};
};

/// What a job did in one direction.
struct FioDirection {
  std::uint64_t ios = 0;
  std::uint64_t bytes = 0;
  std::chrono::milliseconds runtime{0};
  FioLatency latency;
};

struct FioJob {
  std::string name;
  int error = 0;             ///< errno of the first error; EILSEQ: what was read is not what was
                             ///< written (verify=)
  std::uint64_t errors = 0;  ///< how many; more than one only with continue_on_error=
  FioDirection read;
  FioDirection write;
};

/// What fio came to.
struct FioReport {
  std::string json;      ///< as fio wrote it
  std::string messages;  ///< what else it said: the blocks that failed to verify, for example
  process::Exit exit;
  std::vector<FioJob> jobs;
};

/// "job soak: 240 writes, 240 reads, error 84 (Invalid or incomplete ...)", a line each, and the
/// messages.
std::ostream& operator<<(std::ostream& out, const FioReport& report);

/// Takes fio's output apart: JSON and, before or after it, messages. Without JSON there is an
/// `Error` with the messages, such as "Bad option <bogus=1>".
Result<FioReport> ParseFioOutput(const std::string& output, const process::Exit& exit);

/// fio as it is installed here, with those of its libraries that I/O on a disk needs. The engines
/// sync, psync, vsync, pvsync2, mmap, libaio, io_uring and sg work; those for other storage do not.
Result<ProgramFiles> GatherFio(Deadline deadline);

/// Puts fio and the job file into the guest and starts it. The job knows the disk as ${DISK}.
/// The agent says how far it is: AgentClient::ProgramState and ProgramOutput.
Status StartFio(AgentClient& agent, const std::string& job, Deadline deadline);

}  // namespace dualpath::guest
