/* A driver library as Nvidia's, whose answers follow from FAKE_NVML: two GPUs, one of which shares the computer's
   memory; or an error, a hang, nonsense. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *mode(void) {
    const char *value = getenv("FAKE_NVML");
    return value ? value : "";
}
static int is(const char *word) { return strcmp(mode(), word) == 0; }

int nvmlInit_v2(void) { return is("no-driver") ? 9 : 0; }
int nvmlShutdown(void) { return 0; }
const char *nvmlErrorString(int code) {
    return code == 9 ? "Driver Not Loaded" : code == 15 ? "GPU is lost" : "Unknown Error";
}
int nvmlDeviceGetCount_v2(unsigned *count) {
    if (is("hang")) sleep(30);
    *count = is("nonsense") ? 0xffffffffu : 2;
    return 0;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **device) {
    if (is("nonsense") && index > 2) return 2;
    *device = (void *)(uintptr_t)(index + 1);
    return is("lost") || (is("one-lost") && index == 0) ? 15 : 0;
}
int nvmlDeviceGetName(void *device, char *name, unsigned length) {
    strncpy(name, device == (void *)1 ? "NVIDIA RTX 4090" : "NVIDIA GB10", length);
    return 0;
}
int nvmlDeviceGetUUID(void *device, char *text, unsigned length) {
    if (device != (void *)1) return 3;
    strncpy(text, "GPU-4f2a9c11-0000", length);
    return 0;
}
int nvmlDeviceGetMemoryInfo(void *device, uint64_t *memory) {
    if (is("mute")) return 999;
    if (is("falls") && device != (void *)1) return 15;
    if (device != (void *)1) return 3;
    memory[0] = 24ull << 30;
    memory[1] = 10ull << 30;
    memory[2] = 14ull << 30;
    return 0;
}
int nvmlDeviceGetUtilizationRates(void *device, uint32_t *rates) {
    rates[0] = device == (void *)1 ? 87 : 400;
    rates[1] = 5;
    return 0;
}
struct process { uint32_t pid; uint64_t used; uint32_t gpu, compute; };
int nvmlDeviceGetComputeRunningProcesses_v3(void *device, unsigned *count, struct process *list) {
    unsigned room = *count;
    if (device != (void *)1) { *count = 0; return 0; }
    *count = is("crowd") ? 70 : 2;
    if (room < *count) return 7;
    for (unsigned i = 0; i < *count; i++) list[i] = (struct process){100 + i, (uint64_t)(i + 1) << 30, 0, 0};
    return 0;
}
int nvmlDeviceGetGraphicsRunningProcesses_v3(void *device, unsigned *count, struct process *list) {
    if (device != (void *)1 || is("crowd")) { *count = 0; return 0; }
    *count = 1;
    list[0] = (struct process){300, is("unknown") ? UINT64_MAX : 512ull << 20, 0, 0};
    return 0;
}
