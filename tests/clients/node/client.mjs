// Microsoft's JavaScript client of Graph at the service: prints what it was told as JSON.
import { ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";
import graph from "@microsoft/microsoft-graph-client";
import providers from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const { BatchRequestContent, BatchResponseContent, Client, PageIterator } = graph;
const { BASE_URL, AUTHORITY_HOST, TENANT_ID, CLIENT_ID, CLIENT_SECRET, CERTIFICATE } = process.env;
const scopes = ["https://graph.microsoft.com/.default"];
const options = { authorityHost: AUTHORITY_HOST, disableInstanceDiscovery: true };
const base = new URL(BASE_URL);

function client(credential) {
  const authProvider = new providers.TokenCredentialAuthenticationProvider(credential, { scopes });
  // Names of hosts, without ports: any other host is sent no token.
  const customHosts = new Set([base.hostname]);
  return Client.initWithMiddleware({ authProvider, baseUrl: BASE_URL, customHosts });
}

const secret = client(new ClientSecretCredential(TENANT_ID, CLIENT_ID, CLIENT_SECRET, options));
const certificate = client(
  new ClientCertificateCredential(TENANT_ID, CLIENT_ID, { certificatePath: CERTIFICATE }, options),
);
const told = {};

const path = "/deviceManagement/deviceConfigurations";
const made = await secret.api(path).post({
  "@odata.type": "#microsoft.graph.iosGeneralDeviceConfiguration",
  displayName: "From JavaScript",
  cameraBlocked: true,
});
await secret.api(`${path}/${made.id}`).patch({
  "@odata.type": made["@odata.type"],
  description: "Changed",
});
told.changed = await secret.api(`${path}/${made.id}`).select(["description", "version"]).get();

const first = await secret
  .api("/deviceManagement/managedDevices")
  .version("beta")
  .select("id")
  .top(2)
  .get();
told.paged = [];
await new PageIterator(secret, first, (device) => told.paged.push(device.id) > 0).iterate();

const steps = new BatchRequestContent();
steps.addRequest({ id: "1", request: new Request(`https://graph.microsoft.com/me`) });
steps.addRequest({
  id: "2",
  request: new Request(`https://graph.microsoft.com${path}/${made.id}`, { method: "DELETE" }),
});
steps.addDependency("2", "1");
const alone = new BatchRequestContent([
  { id: "1", request: new Request(`https://graph.microsoft.com${path}/${made.id}`) },
  {
    id: "2",
    request: new Request("https://graph.microsoft.com/deviceManagement/deviceCategories", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ displayName: "Batched" }),
    }),
  },
]);
for (const [name, content] of Object.entries({ steps, alone })) {
  const answer = await secret.api("/$batch").version("v1.0").post(await content.getContent());
  const parts = new BatchResponseContent(answer);
  told[name] = ["1", "2"].map((id) => parts.getResponseById(id).status);
}

try {
  await certificate.api(`${path}/none`).get();
} catch (error) {
  told.refused = { status: error.statusCode, code: error.code, requestId: Boolean(error.requestId) };
}
await certificate.api(`${path}/${made.id}`).delete();
process.stdout.write(JSON.stringify(told));
